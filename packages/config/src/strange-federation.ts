import { strangeAuthorities } from './authorities.ts'
import type { ConfigProblem } from './config-error.ts'
import type { PeerPolicyConfig } from './heliograph-config.ts'
import type { ParsedConfig } from './schema/schema.ts'

/** What is wrong about other servers. In a cluster the files of their authorities are where gateways are, which look at them by themselves. */
export function strangeFederation(
  config: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const { mode, federation } = config
  const hasFiles = mode === 'standalone' && federation.enabled
  return [...strangeSecret(config, where), ...(hasFiles ? strangeAuthorities(federation, ['federation'], where) : [])]
}

/** One instance of a cluster makes keys for dialback, another is asked about them. */
function strangeSecret(
  { mode, federation }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const { enabled, secret, authentication, peers } = federation
  if (mode !== 'cluster' || !enabled || secret !== undefined || !dials({ authentication, peers })) return []
  const path = ['federation', 'secret']
  return [{ option: path.join('.'), message: NEEDED, where: where(path) }]
}

export const NEEDED = 'is required in a cluster: all instances verify the same keys'

/** Whether anybody is known by dialback. */
export function dials({
  authentication,
  peers,
}: {
  readonly authentication: PeerPolicyConfig['authentication']
  readonly peers: readonly { readonly authentication?: PeerPolicyConfig['authentication'] | undefined }[]
}): boolean {
  return [authentication, ...peers.map((peer) => peer.authentication)].includes('dialback')
}
