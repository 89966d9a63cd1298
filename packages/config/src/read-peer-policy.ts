import { strangeAuthorities } from './authorities.ts'
import { ConfigError } from './config-error.ts'
import type { HeliographConfig, PeerPolicyConfig } from './heliograph-config.ts'
import { peerPolicyFile } from './schema/peers.ts'
import { dials, NEEDED } from './strange-federation.ts'
import { readYamlFile } from './yaml-file.ts'

/**
 * What is configured about other servers, with what `federation.policyFile` says laid over it.
 *
 * @throws ConfigError whose message lists everything wrong with that file, and with the files of peers' authorities.
 */
export function readPeerPolicy({ mode, federation }: Pick<HeliographConfig, 'mode' | 'federation'>): PeerPolicyConfig {
  const { others, authentication, minTls, inbound, outbound, peers, policyFile, secret, crl } = federation
  const configured = { others, authentication, minTls, inbound, outbound, peers }
  const policy = policyFile === undefined ? configured : laidOver(configured, policyFile)
  // The secret is that of the start, what is said of servers may be later.
  if (mode === 'cluster' && secret === undefined && dials(policy))
    throw new ConfigError([{ option: 'federation.secret', message: NEEDED }])
  const start = policyFile === undefined ? ['federation'] : []
  const strange = strangeAuthorities({ peers: policy.peers, crl }, start, () => policyFile)
  if (strange.length > 0) throw new ConfigError(strange)
  return policy
}

function laidOver(configured: PeerPolicyConfig, policyFile: string): PeerPolicyConfig {
  const { raw, position } = readYamlFile(policyFile)
  const parsed = peerPolicyFile.safeParse(raw)
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => ({ option: path.join('.'), message, where: position(path) })),
    )
  // YAML has no `undefined`, so what wasn't given is absent.
  const said = parsed.data as Partial<PeerPolicyConfig>
  return {
    ...configured,
    ...said,
    inbound: { ...configured.inbound, ...said.inbound },
    outbound: { ...configured.outbound, ...said.outbound },
  }
}
