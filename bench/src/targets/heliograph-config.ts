import type { Account } from '../client/endpoint.ts'
import type { ConfigOverlay } from './everything-on.ts'
import type { CertificateFiles } from './workspace.ts'

/** What differs from one Heliograph process to the next. */
export interface HeliographSettings {
  readonly domain: string
  readonly dataDir: string
  readonly certificate: CertificateFiles
  readonly accounts: readonly Account[]
  readonly archive: boolean
  readonly listen: { readonly c2s?: number; readonly c2sTls?: number; readonly rpc: number }
  readonly overlay?: ConfigOverlay | undefined
  /** Addresses of what a cluster stands on; undefined for standalone. */
  readonly backing?: { readonly nats: string; readonly redis: string; readonly postgres: string }
}

function at(port: number | undefined): string | false {
  return port === undefined ? false : `127.0.0.1:${port}`
}

/**
 * A configuration file (JSON is YAML): defaults, except that plain streams and a thousand connections from one address are
 * allowed, and that only what is measured listens.
 */
export function heliographConfig(settings: HeliographSettings): string {
  const { domain, dataDir, certificate, accounts, archive, listen, backing, overlay } = settings
  const stores =
    backing === undefined
      ? { mode: 'standalone' }
      : {
          mode: 'cluster',
          nats: { servers: [backing.nats] },
          redis: { url: backing.redis },
          postgres: { url: backing.postgres },
        }
  return JSON.stringify({
    ...stores,
    dataDir,
    domains: [
      { name: domain, certificate: { cert: certificate.certificate, key: certificate.key }, ...overlay?.domain },
    ],
    accounts: accounts.map(({ name, password }) => ({ jid: `${name}@${domain}`, password })),
    admins: accounts.slice(0, 1).map(({ name }) => `${name}@${domain}`), // may subscribe others, as every owner of a node may elsewhere
    tls: { required: false },
    limits: { connectionsPerAddress: 100_000 },
    authentication: { iterations: 4096 }, // as ejabberd; only the making of the accounts costs it
    archive: { enabled: archive, ...overlay?.archive },
    rooms: { maxOccupants: 20_000 }, // as ejabberd
    ...overlay?.rest,
    listen: {
      c2s: at(listen.c2s),
      c2sTls: at(listen.c2sTls),
      s2s: false,
      s2sTls: false,
      component: false,
      http: false,
      https: false,
      rpc: at(listen.rpc),
      metrics: false,
      ...overlay?.listen,
    },
  })
}
