import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import {
  type CertificateStore,
  FileWatch,
  certificatesOf as filesOf,
  openCertificates,
  type TlsPolicy,
} from '@heliograph/certificates'
import { type HeliographConfig, readPeerPolicy } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'
import { OperatorError } from '@heliograph/telemetry'
import type { GatewayContext } from '../context.ts'
import { PeerPolicy } from './peer-policy.ts'

type Source = Pick<GatewayContext, 'config' | 'log' | 'live'>

/** With whom we speak, and whom we trust, as files have it that may change. */
export interface Watched extends AsyncDisposable {
  readonly policy: PeerPolicy
  readonly certificates: CertificateStore
  /** Told for which domains something else holds now. */
  onChanged: (isConcerned: (domain: Domain) => boolean) => void
}

/** @throws OperatorError when a file can't be used: later that is logged, and what held goes on to hold */
export async function openWatched({ config, log, live }: Source, signal: AbortSignal): Promise<Watched> {
  await using opened = new AsyncDisposableStack()
  const { policyFile, ca, crl } = config.federation
  const policy = new PeerPolicy(policyOf(config))
  let latest: HeliographConfig = config
  const watch = async (
    files: () => readonly (string | undefined)[],
    changed: () => Promise<void>,
  ): Promise<FileWatch> =>
    opened.use(await FileWatch.open({ files: () => files().filter((file) => file !== undefined), changed, signal }))
  await watch(
    () => [policyFile, ...policy.files],
    async () => {
      try {
        watched.onChanged(policy.renew(readPeerPolicy(latest)))
        log.info('s2s_policy_reloaded', { file: policyFile ?? policy.files.join(', ') })
      } catch (error) {
        log.error('s2s_policy_unusable', { file: policyFile ?? policy.files.join(', '), error })
      }
    },
  )
  await watch(
    () => [ca, crl],
    async () => {
      try {
        await watched.certificates.trust(await trustOf(config))
        watched.onChanged(() => true)
        log.info('s2s_trust_reloaded', { ca, crl })
      } catch (error) {
        log.error('s2s_trust_unusable', { ca, crl, error })
      }
    },
  )
  const certificates = opened.use(await certificatesOf({ config, log }, signal))
  const kept = opened.move()
  const watched: Watched = {
    ...{ policy, certificates, onChanged: () => {} },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
  live.onChange((fresh) => {
    const renew = watched.policy.prepare(readPeerPolicy(fresh))
    return () => {
      latest = fresh
      watched.onChanged(renew())
      void addCertificates(certificates, { config: fresh, log })
    }
  })
  return watched
}

function policyOf(config: HeliographConfig): ReturnType<typeof readPeerPolicy> {
  try {
    return readPeerPolicy(config)
  } catch (error) {
    const { policyFile = 'what is said of other servers' } = config.federation
    throw new OperatorError(`${policyFile} can't be used: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

async function certificatesOf({ config, log }: Omit<Source, 'live'>, signal: AbortSignal): Promise<CertificateStore> {
  const { domains, dataDir, tls } = config
  return openCertificates(
    { domains: namedOf(domains), dataDir, tls: { ...tls, ...(await trustOf(config)), resumption: false } },
    { log, signal },
  )
}

/** Of domains that were added. One that can't be loaded is told; until a restart the first domain's is shown in its place. */
async function addCertificates(store: CertificateStore, { config, log }: Omit<Source, 'live'>): Promise<void> {
  const { domains, dataDir } = config
  if (domains.length === store.status().length) return
  try {
    await store.add(await filesOf({ domains: namedOf(domains), dataDir }))
  } catch (error) {
    log.error('certificate_unusable', { domain: domains.map(({ name }) => name).join(', '), error })
  }
}

function namedOf(domains: HeliographConfig['domains']) {
  return domains.map((domain) => ({ ...domain, name: ensureDomain(domain.name) }))
}

async function trustOf({ federation: { ca, crl } }: HeliographConfig): Promise<Pick<TlsPolicy, 'ca' | 'crl'>> {
  return {
    ca: ca === undefined ? undefined : [...rootCertificates, await textOf(ca, 'authorities')],
    crl: crl === undefined ? undefined : listsIn(await textOf(crl, 'lists of revoked certificates')),
  }
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new OperatorError(`the ${what} in ${file} can't be read: ${(error as Error).message}`, { cause: error })
  }
}

/** Node takes one a text. */
function listsIn(text: string): string[] {
  const lists = text.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g)
  if (lists === null) throw new OperatorError('there is no list of revoked certificates (X509 CRL in PEM)')
  return lists
}
