import { codecs, type Envelope, type InstanceId, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import {
  type Hosts,
  type Ownership,
  PARTITIONS,
  partitionOf,
  type Router,
  type Tenancy,
  within,
} from '@heliograph/ownership'
import type { RosterStore } from '@heliograph/roster'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'
import type { Change } from './change.ts'
import type { FanoutConfig } from './config.ts'
import type { FanoutContext } from './context.ts'
import { fanoutEvents } from './events.ts'
import { Publisher } from './publisher.ts'

const OPERATIONS: ReadonlySet<Op> = new Set([Op.presence, Op.probe, Op.news])
/** So long a hand-over waits for others to take what was sent to them; what they haven't by then is sent again to the next owner, by who is owed a receipt. */
const PATIENCE_MS = 2_000

/** What the presence-fanout service is given. */
export interface FanoutParts {
  readonly config: FanoutConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly rosters: Pick<RosterStore, 'watchers'>
}

/** Owners of presence publishers: turns one change into one envelope a destination. It keeps nothing that can't be asked for again. */
export class FanoutService {
  readonly tenancy: Tenancy
  readonly #parts: FanoutParts
  readonly #publishers: Map<BareJid, Publisher>[] = Array.from({ length: PARTITIONS }, () => new Map())
  #context: FanoutContext | undefined

  constructor(parts: FanoutParts) {
    this.#parts = parts
    this.tenancy = {
      load: async () => {},
      unload: (partition, reason) => this.#unload(partition, reason),
    }
  }

  attach({ router, ownership }: { readonly router: Router; readonly ownership: Ownership }): void {
    this.#context = {
      ...this.#parts,
      events: fanoutEvents(this.#parts.metrics),
      router,
      ownership,
      partitionOf,
      serves: (publisher) => ownership.heldEpochOf(partitionOf(publisher)) !== 0,
    }
    router.serve((envelope, from) => this.#receive(envelope, from))
    const sum = (of: (publisher: Publisher) => number) => () => {
      let total = 0
      for (const publishers of this.#publishers) for (const publisher of publishers.values()) total += of(publisher)
      return total
    }
    const { metrics } = this.#parts
    metrics.gauge(
      'heliograph_fanout_publishers',
      'Publishers in memory',
      sum(() => 1),
    )
    metrics.gauge(
      'heliograph_fanout_waiting',
      'Presence changes and probes that wait to be sent out',
      sum(({ waiting }) => waiting),
    )
  }

  #receive(envelope: Envelope, from: InstanceId): void {
    if (!envelope.stanza?.from) return
    if (!OPERATIONS.has(envelope.op)) {
      this.#parts.log.warn('unknown_operation', { op: envelope.op, from })
      // Of a newer version: whoever sent it needn't keep it for this one.
      return this.#context!.router.receipt(from, envelope.transfer)
    }
    const isListed = envelope.op === Op.news && codecs.news.decode(envelope.body!).audience === 'listed'
    const change: Change = {
      stanza: envelope.stanza,
      revision: envelope.count,
      rosterVersion: envelope.id,
      except: isListed ? undefined : envelope.recipients,
      only: isListed ? envelope.recipients : undefined,
      body: envelope.op === Op.news ? envelope.body : undefined,
      trace: envelope.trace,
      arrived: performance.now(),
      receipts: [{ from, transfer: envelope.transfer }],
    }
    const publisher = this.#publisher(envelope.key as BareJid, envelope.partition)
    if (envelope.op === Op.probe) publisher.probe(change)
    else if (envelope.op === Op.news) publisher.news(change)
    else publisher.change(change)
  }

  #publisher(jid: BareJid, partition: number): Publisher {
    const publishers = this.#publishers[partition]!
    const known = publishers.get(jid)
    const publisher = known ?? new Publisher(jid, this.#context!)
    // The one used last is the last to go.
    if (known) publishers.delete(jid)
    publishers.set(jid, publisher)
    if (!known) this.#prune(publishers)
    return publisher
  }

  /** Bounds memory: publishers that have nothing under way go, oldest first. */
  #prune(publishers: Map<BareJid, Publisher>): void {
    if (publishers.size * PARTITIONS <= this.#parts.config.cachedPublishers) return
    for (const [jid, publisher] of publishers) {
      if (!publisher.idle) continue
      publisher.stop()
      publishers.delete(jid)
      return
    }
  }

  async #unload(partition: number, reason: 'handover' | 'lost'): Promise<void> {
    const publishers = this.#publishers[partition]!
    if (reason === 'handover') await within(PATIENCE_MS, this.#settled(partition))
    for (const publisher of publishers.values()) publisher.stop()
    publishers.clear()
  }

  async #settled(partition: number): Promise<void> {
    await Promise.all([...this.#publishers[partition]!.values()].map((publisher) => publisher.flush()))
    await this.#context?.router.settled(partition)
  }
}
