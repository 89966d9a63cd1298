import { setTimeout as sleep } from 'node:timers/promises'
import { Kind } from '@heliograph/bus'
import {
  type CertificateStore,
  certificatesOf,
  openCertificates,
  type ServerCertificates,
} from '@heliograph/certificates'
import { follow, type HeliographConfig } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'
import type { Ownership } from '@heliograph/ownership'
import {
  type Accounts,
  accountsContract,
  capabilitiesContract,
  eventsContract,
  type RpcClients,
  roomsContract,
} from '@heliograph/rpc'
import { followHosts, joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import type { Logger, Metrics } from '@heliograph/telemetry'
import { openUploads } from '@heliograph/uploads'
import { edgeConfig } from './config.ts'
import { edgeModules } from './modules.ts'
import { RunningEdge } from './running-edge.ts'
import { ServerCapabilities } from './stream/server-capabilities.ts'
import { EventsEndpoint } from './web/events-endpoint.ts'
import type { Asking } from './web/question-page.ts'
import { rpcPeers, serveRelayed } from './web/rpc-peers.ts'

/** How long clients are kept waiting for the first session instance; then they come in, and are told. */
const SESSIONS_WITHIN_MS = 10_000
const CAPABILITIES_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 100

/** The edge: listeners, streams, and everything of a session that ends with its connection. */
export const connectionManager: Service = {
  name: 'connection-manager',
  needs: ['bus', 'liveState'],
  listens: ['c2s', 'c2sTls', 'http', 'https'],
  modules: edgeModules,
  start,
}

async function start(host: ServiceContext, signal: AbortSignal): Promise<RunningService> {
  const { config, telemetry } = host
  const hosts = followHosts(host.live)
  const { domains } = hosts
  await using opened = new AsyncDisposableStack()
  const certificates = opened.use(await openCertificates(named(config), { log: telemetry.log, signal }))
  for (const domain of domains) watchExpiry(telemetry.metrics, certificates, domain)
  host.live.onChange((fresh) => () => void addCertificates(host, certificates, fresh))
  const sources = config.events.sources.filter(({ password }) => password !== undefined)
  const watch = sources.length === 0 ? [Kind.user, Kind.room] : [Kind.user, Kind.room, Kind.node]
  const { ownership, router } = joinCluster(host, { kind: Kind.instance, watch })
  opened.use(router)
  opened.use(ownership)
  const accounts = accountsOf(host.rpc, ownership)
  const capabilities = capabilitiesOf(host.rpc, ownership, telemetry.log)
  const edge = opened.use(
    new RunningEdge({
      taps: host.taps,
      instance: host.instance,
      // A stream keeps the limits that its client was told.
      config: follow(host.live, edgeConfig, ['xml', 'xmlBeforeAuth']),
      telemetry,
      hosts,
      router,
      accounts,
      asking: askingOf(host, ownership),
      capabilities,
      certificates,
      uploads: openUploads(config),
      sources: eventsOf(sources, host, ownership),
      peers: rpcPeers(host.rpc, ownership, config.web.bosh.waitSeconds),
    }),
  )
  // Clients come last: by then there is someone to ask about them.
  await ownership.start()
  await sessionsPresent(ownership, signal)
  await capabilitiesKnown(capabilities, domains, signal)
  await edge.listen()
  const kept = opened.move()
  return {
    addresses: edge.addresses,
    rpc: [serveRelayed((request, reply) => edge.takeRelayed(request, reply))],
    ready: async () => readiness(ownership),
    drain: (hurry) => edge.drain(hurry),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** With the domains as they are written in addresses. */
function named({ domains, dataDir, tls }: HeliographConfig): ServerCertificates {
  return { domains: domains.map((domain) => ({ ...domain, name: ensureDomain(domain.name) })), dataDir, tls }
}

/** Of domains that were added. One that can't be loaded is told; until a restart the first domain's is shown in its place. */
async function addCertificates(
  { telemetry: { log, metrics } }: ServiceContext,
  store: CertificateStore,
  config: HeliographConfig,
): Promise<void> {
  const known = new Set(store.status().map(({ domain }) => domain))
  const added = config.domains.map(({ name }) => ensureDomain(name)).filter((domain) => !known.has(domain))
  if (added.length === 0) return
  try {
    await store.add(await certificatesOf(named(config)))
    for (const domain of added) watchExpiry(metrics, store, domain)
  } catch (error) {
    log.error('certificate_unusable', { domain: added.join(', '), error })
  }
}

function watchExpiry(metrics: Metrics, certificates: CertificateStore, domain: Domain): void {
  const daysLeft = () => certificates.status().find((status) => status.domain === domain)?.daysLeft ?? 0
  metrics.gauge('heliograph_edge_certificate_days_left', 'Days until the certificate expires.', daysLeft, { domain })
}

/** Any session instance holds the keys to all accounts. */
function accountsOf(rpc: RpcClients, ownership: Ownership): Accounts {
  return rpc.among(accountsContract, sessionsIn(ownership))
}

function capabilitiesOf(rpc: RpcClients, ownership: Ownership, log: Logger): ServerCapabilities {
  return new ServerCapabilities(rpc.among(capabilitiesContract, sessionsIn(ownership)), log)
}

/** Any instance of the muc service finds the owner of a room. */
function askingOf({ config, rpc }: ServiceContext, ownership: Ownership): Asking | undefined {
  if (config.rooms.questions.length === 0) return undefined
  return rpc.among(roomsContract, () =>
    ownership.members(Kind.room).flatMap((member) => (member.rpc === '' ? [] : [member.rpc])),
  )
}

/** Other systems publish at any pubsub instance. */
function eventsOf(
  sources: HeliographConfig['events']['sources'],
  { rpc, telemetry: { log } }: ServiceContext,
  ownership: Ownership,
): EventsEndpoint | undefined {
  if (sources.length === 0) return undefined
  const addresses = () => ownership.members(Kind.node).map((member) => member.rpc)
  const publisher = rpc.among(eventsContract, () => addresses().filter((address) => address !== ''))
  return new EventsEndpoint({ sources, publisher, log })
}

function sessionsIn(ownership: Ownership): () => string[] {
  const addresses = () => ownership.members(Kind.user).map((member) => member.rpc)
  return () => addresses().filter((address) => address !== '')
}

/** When a whole cluster starts at once, session instances may come a little later than this one. */
async function sessionsPresent(ownership: Ownership, signal: AbortSignal): Promise<void> {
  const until = performance.now() + SESSIONS_WITHIN_MS
  while (ownership.members(Kind.user).length === 0 && performance.now() < until && !signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    await ownership.refresh(Kind.user)
  }
}

/** An instance that has joined may need a moment more until it answers. */
async function capabilitiesKnown(
  capabilities: ServerCapabilities,
  domains: readonly Domain[],
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + CAPABILITIES_WITHIN_MS
  let unknown = domains
  while (unknown.length > 0 && performance.now() < until && !signal.aborted) {
    await Promise.all(unknown.map((domain) => capabilities.refresh(domain)))
    unknown = unknown.filter((domain) => capabilities.featureOf(domain) === '')
    if (unknown.length > 0) await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

function readiness(ownership: Ownership): string[] {
  if (!ownership.current) return ['its lease has run out']
  return ownership.members(Kind.user).length === 0 ? ['no session instance is there'] : []
}
