import { IdClock, keepSearchIndex, purge, Retention, RetentionLimits } from '@heliograph/archive'
import type { ListedAddresses } from '@heliograph/block-lists'
import { type Envelope, type InstanceId, Op } from '@heliograph/bus'
import type { Database } from '@heliograph/database'
import { Introductions } from '@heliograph/distribution'
import type { BareJid } from '@heliograph/jid'
import type { LiveState } from '@heliograph/live-state'
import type { Taps } from '@heliograph/live-trace'
import { Registry } from '@heliograph/module'
import { Gate, type Hosts, type Ownership, type Router, type Tenancy } from '@heliograph/ownership'
import type { RosterStore } from '@heliograph/roster'
import type { RpcClients } from '@heliograph/rpc'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'
import type { FileStore } from '@heliograph/uploads'
import type { Accounts } from './accounts/accounts.ts'
import { Archive } from './archive/archive.ts'
import { CapabilityStore } from './capabilities/capability-store.ts'
import { ClientCapabilities } from './capabilities/client-capabilities.ts'
import { CommandRuns } from './commands/command-runs.ts'
import { CommandSessions } from './commands/command-sessions.ts'
import type { SessionConfig } from './config.ts'
import type { SessionContext } from './context.ts'
import { composeDelegated } from './delegation/compose-delegated.ts'
import { NestedInfo } from './delegation/nested-info.ts'
import { handle, receive } from './dispatch.ts'
import { sessionEvents } from './events.ts'
import { InviteStore } from './invites/invite-store.ts'
import { Invites } from './invites/invites.ts'
import { composeKeeper } from './listed/compose-keeper.ts'
import { modulesFor } from './modules/index.ts'
import { ownCapabilities } from './modules/server-forms.ts'
import { observeQueues } from './observe-queues.ts'
import { arrive } from './pep/arrive.ts'
import { bringToNodes } from './pep/bring-to-nodes.ts'
import { Guest, welcomeGuest } from './pep/guests.ts'
import { receiveNotify } from './pep/notify.ts'
import { OwnRequests } from './pep/own-requests.ts'
import { forward } from './pipeline/forward.ts'
import { receiveMulticast } from './presence/multicast.ts'
import { Revisions } from './presence/revisions.ts'
import { composePushes } from './push/compose-pushes.ts'
import { Departed } from './recovery/departed.ts'
import { LiveRecords } from './recovery/live-records.ts'
import { loadPartition } from './recovery/load-partition.ts'
import { reannounce } from './recovery/reannounce.ts'
import { restoreRecords } from './recovery/restore-records.ts'
import { loseEdge, sweep } from './recovery/sweep.ts'
import { Tenure } from './recovery/tenure.ts'
import { settlePartition, unloadPartition } from './recovery/unload-partition.ts'
import { Beliefs } from './rooms/beliefs.ts'
import { EarlyParcels } from './rooms/early-parcels.ts'
import { Announcer } from './standing/announcer.ts'
import type { StandingMessages } from './standing/standing-messages.ts'
import { Caretaker } from './uploads/caretaker.ts'
import { UploadLedger } from './uploads/ledger.ts'
import { Slots } from './uploads/slots.ts'
import { LastActivity } from './users/last-activity.ts'
import { loseContact } from './users/lose-contact.ts'
import { Outgoing } from './users/outgoing.ts'
import { overflow } from './users/overflow.ts'
import { Resource } from './users/resource.ts'
import { Users } from './users/users.ts'

const SWEEP_MS = 1000
const LOADS_AT_ONCE = 64

/** What the session service is given. */
export interface SessionParts {
  readonly version: string
  readonly config: SessionConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly taps: Taps
  readonly hosts: Hosts
  readonly db: Database
  readonly live: LiveState
  readonly accounts: Accounts
  readonly standing: StandingMessages
  readonly listed: ListedAddresses
  /** Tells every instance something. */
  readonly announce: (topic: string) => void
  readonly rosters: RosterStore
  readonly rpc: RpcClients
  /** Where uploaded files are kept; undefined where users can't upload any. */
  readonly files: FileStore | undefined
  /** Another instance wrote in Postgres that this one is shut out: it must start again as another instance. */
  readonly onFenced: () => void
}

/**
 * Owners of users. Built in two steps because ownership needs the tenancy and the tenancy acts through the router: `tenancy` is handed
 * to ownership, then `attach` begins the work.
 */
export class SessionService {
  readonly tenancy: Tenancy
  readonly #parts: SessionParts
  #context: SessionContext | undefined
  #timer: NodeJS.Timeout | undefined
  #caretaker: Caretaker | undefined
  #beliefs: Beliefs | undefined
  readonly #stop = new AbortController()
  #purging: Promise<void> | undefined
  #indexing: Promise<void> | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.tenancy = {
      load: (partition, epoch, usurped) => loadPartition(this.context, { partition, epoch, usurped }),
      settle: (partition) => settlePartition(this.context, partition),
      unload: (partition, reason) => unloadPartition(this.context, partition, reason),
      restore: (partition) => restoreRecords(this.context, partition),
      fence: async (instances) => {
        for (const instance of instances) await parts.db.fence(instance)
      },
    }
  }

  get context(): SessionContext {
    if (!this.#context) throw new Error('the session service is not attached yet')
    return this.#context
  }

  attach({ router, ownership }: { readonly router: Router; readonly ownership: Ownership }): void {
    const context = buildContext(this.#parts, router, ownership)
    this.#context = context
    router.serve((envelope, from) => receive(context, envelope, from))
    router.serveInstance((envelope, from) => receiveForInstance(context, envelope, from))
    const beliefs = new Beliefs(context)
    this.#beliefs = beliefs
    ownership.onPhase((partition, phase) => {
      if (phase === 'served' && reannounce(context, partition)) beliefs.tookOver(partition)
    })
    ownership.onDeparture((instance) => {
      context.introductions.forget(instance)
      loseEdge(context, instance).catch((error: unknown) => context.log.error('edge_departure_failed', { error }))
    })
    observeQueues(context, this.#parts.metrics)
    this.#caretaker = caretakerOf(context, this.#parts.files)
    const { db, config, log } = this.#parts
    this.#purging = purge(new Retention(db, config.archive.retention), {
      log,
      signal: this.#stop.signal,
      purged: (rows) => context.events.archivePurged(rows),
    })
    this.#indexing = keepSearchIndex(db, { wanted: config.archive.search, log, signal: this.#stop.signal })
    this.#timer = setInterval(() => sweep(context, performance.now()), SWEEP_MS)
  }

  /** Somewhere an account was made, changed or removed. */
  accountChanged(jid: BareJid): void {
    const user = this.#context?.users.find(jid)
    if (user && user.resources.length === 0) user.profile = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#caretaker?.[Symbol.dispose]()
    this.#beliefs?.[Symbol.dispose]()
    this.#stop.abort()
    await this.#purging
    await this.#indexing
    await this.#context?.archive[Symbol.asyncDispose]()
    this.#context?.records[Symbol.dispose]()
  }
}

function receiveForInstance(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  if (envelope.op === Op.multicast) receiveMulticast(context, envelope, from)
  else if (envelope.op === Op.notify) receiveNotify(context, envelope, from)
  else context.log.warn('unknown_operation', { op: envelope.op, from })
}

function caretakerOf({ uploads, log, events }: SessionContext, store: FileStore | undefined): Caretaker | undefined {
  return store && new Caretaker({ ledger: uploads, store, log, removed: () => events.fileRemoved() })
}

function buildContext(parts: SessionParts, router: Router, ownership: Ownership): SessionContext {
  const uploads = new UploadLedger(parts.db)
  const records = new LiveRecords(parts.live, ownership, parts.log)
  const events = sessionEvents(parts.metrics)
  const modules = new Registry(modulesFor(parts.config, { uploads: parts.files !== undefined }))
  const nested = new NestedInfo(parts.config.delegations, modules, parts.log)
  const context: SessionContext = {
    ...parts,
    events,
    router,
    ownership,
    records,
    clock: new IdClock(),
    revisions: new Revisions(),
    introductions: new Introductions(),
    early: new EarlyParcels(),
    uploads,
    slots: parts.files && new Slots(uploads, parts.files, parts.config.uploads),
    modules,
    own: ownCapabilities(parts.config, modules, nested),
    nested,
    delegated: composeDelegated(() => context, parts.metrics, parts.log),
    capabilities: new ClientCapabilities({
      store: new CapabilityStore(parts.db),
      // A server asks its users' clients; contacts elsewhere are asked in the name of whom they see.
      send: (user, client, stanza) =>
        client instanceof Resource
          ? user.afterCommit.pass(() => context.outgoing.deliver(user, client, stanza))
          : forward(context, user, stanza.with({ from: user.jid })),
      reachable: (user, client) =>
        ownership.heldEpochOf(user.partition) !== 0 &&
        user.exists &&
        (client instanceof Resource ? client.attachment === 'connected' : user.guests?.get(client.jid) === client),
      learned: (user, client) => {
        if (client instanceof Resource) arrive(context, user, client)
        else if (client instanceof Guest) welcomeGuest(context, user, client)
      },
      log: parts.log,
      metrics: parts.metrics,
    }),
    ownRequests: new OwnRequests({
      hears: ({ partition }) => ownership.phaseOf(partition) !== 'leaving',
      send: (user, stanza) => bringToNodes(context, { user, stanza }),
    }),
    users: new Users({
      handle: (user, work) => handle(context, user, work),
      failed: (user, error) => context.log.error('mailbox_item_failed', { jid: user.jid, error }),
      bound: parts.config.mailboxBound,
    }),
    invites: new Invites(new InviteStore(parts.db), parts.config.invites),
    retention: new RetentionLimits(parts.db),
    lastActivity: new LastActivity(parts.db),
    archive: new Archive({
      db: parts.db,
      log: parts.log,
      degradeAfterMs: parts.config.archive.degradeAfterMs,
      maxBytes: parts.config.archive.queueBytes,
      onFenced: parts.onFenced,
    }),
    outgoing: new Outgoing(
      { router, ownership, records, events, bounds: parts.config.maxUnacked },
      {
        overflow: (user, resource) => overflow(context, user, resource),
        unreachable: (user, resource) => loseContact(context, user, resource),
      },
    ),
    commands: new CommandSessions((text) => parts.accounts.mark(text)),
    commandRuns: new CommandRuns(),
    announcer: new Announcer(),
    lists: composeKeeper(() => context, parts),
    pushes: composePushes(() => context, parts),
    tenure: new Tenure(),
    loads: new Gate(LOADS_AT_ONCE),
    departed: new Departed(),
  }
  return context
}
