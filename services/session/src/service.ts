import { BLOCK_LISTS_CHANGED, ListedAddresses, PostgresListStore } from '@heliograph/block-lists'
import { Kind } from '@heliograph/bus'
import { follow } from '@heliograph/config'
import { NESTED_INFO, NESTED_INFO_WANTED } from '@heliograph/delegation'
import { ACCOUNTS_CHANGED } from '@heliograph/departures'
import { type BareJid, type Domain, ensureDomain } from '@heliograph/jid'
import { proxyOf } from '@heliograph/ownership'
import { PostgresRosterStore } from '@heliograph/roster'
import {
  followHosts,
  joinCluster,
  type RunningService,
  releaseVersion,
  type Service,
  type ServiceContext,
} from '@heliograph/runtime'
import { openUploads } from '@heliograph/uploads'
import { Accounts, type AccountsOptions } from './accounts/accounts.ts'
import { keysAt, keysIn } from './accounts/bearer/issuer-keys.ts'
import { type SessionConfig, sessionConfig } from './config.ts'
import { sessionMigrations } from './migrations.ts'
import { sessionModules } from './modules/index.ts'
import { accountsRpc } from './rpc/accounts-rpc.ts'
import { adminRpc } from './rpc/admin-rpc.ts'
import { capabilitiesRpc } from './rpc/capabilities-rpc.ts'
import { openAdminApi } from './rpc/open-admin-api.ts'
import { traceEverywhere } from './rpc/trace-everywhere.ts'
import { SessionService } from './session-service.ts'
import { StandingMessages } from './standing/standing-messages.ts'

const CHANGED_STANDING = 'standing'

/** Owners of users: rosters, resources, routing, archive, stream management queues. */
export const session: Service = {
  name: 'session',
  needs: ['bus', 'liveState', 'database'],
  migrations: sessionMigrations,
  modules: sessionModules,
  start,
}

async function start(host: ServiceContext, signal: AbortSignal): Promise<RunningService> {
  const { database: db, liveState: live, telemetry, rpc } = host
  const config = follow(host.live, sessionConfig)
  const accounts = await openAccounts(host, config)
  const listed = await ListedAddresses.open({
    store: new PostgresListStore(db),
    lists: config.blockLists,
    log: telemetry.log,
  })
  host.links.listen(BLOCK_LISTS_CHANGED, () => listed.refresh())
  const service = new SessionService({
    version: releaseVersion(),
    config,
    log: telemetry.log,
    metrics: telemetry.metrics,
    tracing: telemetry.tracer,
    taps: host.taps,
    // Gateways serve proxies for the domains that there were at the start.
    hosts: followHosts(host.live, () => servedElsewhere(host.config)),
    db,
    live,
    accounts,
    standing: await openStanding(host),
    listed,
    announce: (topic) => host.links.announce(topic, Buffer.alloc(0)),
    rosters: new PostgresRosterStore(db),
    rpc,
    files: openUploads(host.config)?.store,
    onFenced: () => host.abandon('another instance shut this one out of the database'),
  })
  const membership = joinCluster(host, {
    kind: Kind.user,
    watch: [Kind.instance, Kind.presence, Kind.room, Kind.node, Kind.domain],
    tenancy: service.tenancy,
  })
  service.attach(membership)
  host.live.onChange(() => () => {
    listed.setLists(config.blockLists)
    service.context.lists.setLists(config.blockLists)
  })
  host.links.listen(NESTED_INFO, (stanza) => service.context.nested.learn(Buffer.from(stanza)))
  host.links.listen(ACCOUNTS_CHANGED, (jid) => service.accountChanged(Buffer.from(jid).toString() as BareJid))
  for (const { jid, password } of config.accounts) {
    const made = await accounts.create(jid, password)
    if (!made.ok && made.condition !== 'conflict')
      telemetry.log.error('account_refused', { jid, reason: made.condition })
  }
  await membership.ownership.start()
  if (config.delegations.size > 0) host.links.announce(NESTED_INFO_WANTED, Buffer.alloc(0))
  const trace = traceEverywhere({
    live: host.live,
    rpc,
    telemetry,
    hosts: service.context.hosts,
    ownership: membership.ownership,
  })
  const adminApi = await openAdminApi(host, membership.ownership, signal)
  return {
    ...(adminApi && { addresses: { admin: adminApi.address } }),
    rpc: [accountsRpc(service.context), adminRpc(service.context, trace), capabilitiesRpc(service.context)],
    ready: async () => membership.problems(),
    drain: (signal) => membership.leave(signal),
    async [Symbol.asyncDispose]() {
      await adminApi?.[Symbol.asyncDispose]()
      listed[Symbol.dispose]()
      await service[Symbol.asyncDispose]()
      await membership[Symbol.asyncDispose]()
    },
  }
}

/** What gateways serve under a domain or beside it. */
function servedElsewhere({ components, domains, proxy65 }: ServiceContext['config']): readonly Domain[] {
  const proxies = proxy65.enabled ? domains.map(({ name }) => proxyOf(ensureDomain(name))) : []
  return [...proxies, ...components.flatMap(({ domains: own }) => own.map(ensureDomain))]
}

async function openStanding({ database, links, telemetry }: ServiceContext): Promise<StandingMessages> {
  const standing = await StandingMessages.open(database, () => links.announce(CHANGED_STANDING, Buffer.alloc(0)))
  links.listen(CHANGED_STANDING, () => {
    standing.reload().catch((error: unknown) => telemetry.log.warn('standing_messages_unread', { error }))
  })
  return standing
}

function bearerOf(bearer: NonNullable<SessionConfig['bearer']>): NonNullable<AccountsOptions['bearer']> {
  const { jwksUrl, jwksFile = '', scope, domain, ...policy } = bearer
  const keys = jwksUrl === undefined ? keysIn(jwksFile, () => performance.now()) : keysAt(jwksUrl)
  return { policy: { ...policy, scope, domain: ensureDomain(domain) }, keys }
}

async function openAccounts({ database, liveState, links }: ServiceContext, config: SessionConfig): Promise<Accounts> {
  const { lockout, iterations, passwords, bearer, registration } = config
  const accounts = await Accounts.open({
    db: database,
    mostIn: (domain) => config.policies.get(domain)?.maxAccounts,
    counters: liveState,
    lockout,
    iterations,
    passwords,
    ...(bearer && { bearer: bearerOf(bearer) }),
    registration,
    onChange: ({ jid }) => links.announce(ACCOUNTS_CHANGED, Buffer.from(jid)),
  })
  links.listen(ACCOUNTS_CHANGED, (jid) => accounts.forget(Buffer.from(jid).toString() as never))
  return accounts
}
