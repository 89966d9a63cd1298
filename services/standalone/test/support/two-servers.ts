import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureSelfSigned } from '@heliograph/certificates'
import { Cluster, infrastructure, type Mode, Site, Standalone, TestDns } from '@heliograph/testkit'
import { Wire } from './wire.ts'

const DOMAINS: Readonly<Record<Mode, string>> = { cluster: 'cluster.example', standalone: 'standalone.example' }

const HONEST = 'honest.example'

/** Two servers of ours that know each other as strangers do: a cluster with two gateways, and a standalone one behind a wire. */
export interface TwoServers extends AsyncDisposable {
  readonly near: Site
  readonly far: Site
  readonly cluster: Cluster
  readonly standalone: Standalone
  /** To the standalone server. */
  readonly wire: Wire
  readonly dns: TestDns
  /** Files that both have: what they show, and whom they trust. */
  readonly files: { readonly shown: string; readonly ca: string }
  /** A domain that both would believe, and a file with its certificate and key. */
  readonly honest: { readonly domain: string; readonly certificate: string }
}

/** @param federation laid over that section of the configuration of either */
export async function twoServers(federation: Readonly<Partial<Record<Mode, object>>> = {}): Promise<TwoServers> {
  await using made = new AsyncDisposableStack()
  const tlsDirectory = await mkdtemp(join(tmpdir(), 'hg-two-'))
  made.defer(() => rm(tlsDirectory, { recursive: true, force: true }))
  const own = await ensureSelfSigned({ directory: tlsDirectory, domains: Object.values(DOMAINS) })
  const { cert: certificate } = await ensureSelfSigned({ directory: join(tlsDirectory, HONEST), domains: [HONEST] })
  const ca = join(tlsDirectory, 'trusted.pem')
  await writeFile(ca, `${await readFile(own.cert, 'utf8')}${await readFile(certificate, 'utf8')}`)
  const dns = made.use(await TestDns.start())
  const servers = made.use(await infrastructure({ own: true }))
  const nameServers = [`127.0.0.1:${dns.port}`]
  const common = { enabled: true, ca, privateAddresses: true, nameServers, secret: 'a secret for all instances' }
  const configOf = (mode: Mode) => ({ federation: { ...common, ...federation[mode] } })
  const one = { session: 1, muc: 1, pubsub: 1, fanout: 1, edge: 1, gateway: 2 }
  const near = made.use(
    await Site.cluster({ servers, tlsDirectory, domain: DOMAINS.cluster, counts: one, config: configOf('cluster') }),
  )
  const far = made.use(
    await Site.standalone({
      ...{ postgres: await servers.createDatabase(), tlsDirectory, domain: DOMAINS.standalone },
      config: configOf('standalone'),
    }),
  )
  const wire = made.use(await Wire.to(far.gateway().s2s!))
  for (const name of [far.domain, `conference.${far.domain}`, `pubsub.${far.domain}`])
    dns.set(name, [{ port: wire.port }])
  for (const name of [near.domain, `conference.${near.domain}`, `pubsub.${near.domain}`])
    dns.set(
      name,
      near.description.gateways.map(({ s2s }) => ({ port: s2s! })),
    )
  const { server: cluster } = near
  const { server: standalone } = far
  if (!(cluster instanceof Cluster && standalone instanceof Standalone)) throw new Error('other servers than started')
  const kept = made.move()
  const honest = { domain: HONEST, certificate }
  const files = { shown: own.cert, ca }
  return { near, far, cluster, standalone, wire, dns, files, honest, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
