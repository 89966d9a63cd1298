import { setTimeout as sleep } from 'node:timers/promises'
import { IdClock } from '@heliograph/archive'
import { Kind } from '@heliograph/bus'
import { type Database, FencedError, isUnavailable } from '@heliograph/database'
import { DepartedAccounts } from '@heliograph/departures'
import { Distribution } from '@heliograph/distribution'
import type { Jid } from '@heliograph/jid'
import { Registry } from '@heliograph/module'
import { Gate, type Hosts, type Ownership, type Router, type Tenancy, Turns } from '@heliograph/ownership'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'
import type { Bridge } from './bridge/bridge.ts'
import type { PubsubConfig } from './config.ts'
import type { PubsubContext } from './context.ts'
import { forgetDeparted } from './departed/forget-departed.ts'
import { handle, receive } from './dispatch.ts'
import { pubsubEvents } from './events.ts'
import { Node } from './node/node.ts'
import { readNodeKey } from './node/node-key.ts'
import { Nodes } from './node/nodes.ts'
import { RecipientBudget, Recipients } from './node/recipients.ts'
import { settlePartition, unloadPartition } from './node/tenancy.ts'
import { untilAvailable } from './node/until-available.ts'
import { observeNodes } from './observe-nodes.ts'
import { pubsubModules } from './requests/modules.ts'
import { CollectionStore } from './store/collection-store.ts'
import { ItemArchive } from './store/item-archive.ts'
import { ItemStore } from './store/item-store.ts'
import { LastItems } from './store/last-items.ts'
import { NodeStore } from './store/node-store.ts'
import { PeopleStore } from './store/people-store.ts'
import { removeExpired } from './store/sweeper.ts'

const SWEEP_MS = 1_000
/** Somebody asked for a node that isn't there. */
const ABSENT_MS = 5_000
const EXPIRY_MS = 30_000
/** Queries for what clients that come are told. */
const GREETINGS_AT_ONCE = 4
/** Between batches of much that has expired. */
const PAUSE_MS = 100
/** Lists of all nodes of one instance; the database has other work. */
const LISTINGS = { atOnce: 4, waiting: 100, ofOne: 2 } as const

/** What the pubsub service is given. */
export interface PubsubParts {
  readonly config: PubsubConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly db: Database
  readonly bridge: Bridge
  readonly onFenced: () => void
}

/** Owners of nodes. `tenancy` is handed to ownership, then `attach` begins the work. */
export class PubsubService {
  readonly tenancy: Tenancy
  readonly #parts: PubsubParts
  readonly #stop = new AbortController()
  #context: PubsubContext | undefined
  #distribution: Distribution | undefined
  #departed: DepartedAccounts | undefined
  #timer: NodeJS.Timeout | undefined
  #removing: Promise<void> | undefined

  constructor(parts: PubsubParts) {
    this.#parts = parts
    this.tenancy = {
      // Nodes are read when something is asked of them.
      load: async (partition) => {
        this.context.nodes.dropPartition(partition)
        parts.bridge.owned(partition)
      },
      settle: (partition) => settlePartition(this.context, partition),
      unload: (partition, reason) => unloadPartition(this.context, partition, reason),
      fence: async (instances) => {
        for (const instance of instances) await parts.db.fence(instance)
      },
    }
  }

  get context(): PubsubContext {
    if (!this.#context) throw new Error('the pubsub service is not attached yet')
    return this.#context
  }

  attach({ router, ownership }: { readonly router: Router; readonly ownership: Ownership }): void {
    const { hosts, metrics, db, log } = this.#parts
    const distribution = new Distribution({ router, ownership, hosts, metrics })
    const context = buildContext(this.#parts, { router, ownership, distribution })
    this.#context = context
    this.#parts.bridge.attach(context)
    this.#distribution = distribution
    router.serve((envelope, from) => receive(context, envelope, from))
    observeNodes(context, metrics)
    this.#timer = setInterval(() => sweep(context, performance.now()), SWEEP_MS)
    this.#removing = this.#removeExpired()
    this.#departed = new DepartedAccounts({
      db,
      log,
      onDeparted: (users) => {
        // All are told of each minute.
        forgetDeparted(context, users).catch((error: unknown) => log.warn('departed_not_forgotten', { error }))
      },
    })
  }

  /** An account was made, changed or deleted. */
  accountsChanged(): void {
    this.#departed?.refresh()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#departed?.[Symbol.dispose]()
    this.#stop.abort()
    await this.#removing
    await this.#parts.bridge[Symbol.asyncDispose]()
    this.#distribution?.[Symbol.dispose]()
  }

  async #removeExpired(): Promise<void> {
    const { db, log } = this.#parts
    const { signal } = this.#stop
    const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})
    // Instances that start together don't remove together.
    await pause(EXPIRY_MS * (0.5 + Math.random()))
    while (!signal.aborted) {
      const isMore = await removeExpired(db).catch((error: unknown) => {
        if (!isUnavailable(error) && !(error instanceof FencedError)) log.error('expired_not_removed', { error })
        return false
      })
      await pause(isMore ? PAUSE_MS : EXPIRY_MS)
    }
  }
}

interface Made {
  readonly router: Router
  readonly ownership: Ownership
  readonly distribution: Distribution
}

function buildContext(parts: PubsubParts, { router, ownership, distribution }: Made): PubsubContext {
  const { config, log, tracing, hosts, metrics, db, bridge, onFenced } = parts
  const context: PubsubContext = {
    ...{ config, log, tracing, hosts, router, ownership, bridge, onFenced },
    events: pubsubEvents(metrics),
    clock: new IdClock(),
    store: {
      nodes: new NodeStore(db),
      people: new PeopleStore(db),
      collections: new CollectionStore(db),
      items: new ItemStore(db),
      archive: new ItemArchive(db),
      lastItems: new LastItems(db),
    },
    greetings: new Gate(GREETINGS_AT_ONCE),
    budget: new RecipientBudget(config.cachedRecipients),
    listings: new Turns(LISTINGS),
    modules: new Registry(pubsubModules),
    nodes: new Nodes((key, partition) => makeNode(context, distribution, key, partition)),
  }
  return context
}

function makeNode(context: PubsubContext, distribution: Distribution, key: string, partition: number): Node {
  const name = readNodeKey(key)
  if (!name) throw new Error(`${key} is not the key of a node`)
  const node: Node = new Node({
    ...{ service: name.service, name: name.node, key, partition },
    home: context.hosts.isLocalUser(name.service as Jid) ? 'account' : 'service',
    lane: distribution.lane({ kind: Kind.node, key, partition }),
    recipients: new Recipients(
      (after, max) => untilAvailable(context, node, () => context.store.people.recipients(node.about.id, after, max)),
      context.budget,
    ),
    bound: context.config.mailboxBound,
    handle: (each, work) => handle(context, each, work),
    failed: (each, error) => context.log.error('mailbox_item_failed', { node: each.key, error }),
  })
  return node
}

/** Nodes to which nothing happens leave memory. */
function sweep(context: PubsubContext, now: number): void {
  for (const node of context.nodes) {
    const patience = node.details === 'absent' ? ABSENT_MS : context.config.idleNodeMs
    if (node.idle && now - node.touched > patience) context.nodes.remove(node)
  }
}
