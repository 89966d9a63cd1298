import type { Bus, Delivery as BusMessage } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import type { Database } from '@heliograph/database'
import { type Couriers, startCouriers } from '@heliograph/events'
import type { Logger, Metrics } from '@heliograph/telemetry'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import { Deliveries } from './deliveries.ts'
import { type Published, publishHere } from './publish-here.ts'
import { readPublication } from './read-publication.ts'
import { type Source, Subscriptions, sourcesOf } from './sources.ts'

/** Messages of one source that are being published. */
const UNDER_WAY_MAX = 1_000

export interface BridgeParts {
  readonly config: Pick<HeliographConfig, 'events' | 'domains'>
  readonly db: Database
  /** Undefined: there is no NATS, or nobody needs it. */
  readonly bus: Bus | undefined
  readonly metrics: Metrics
  readonly log: Logger
}

/** Events of nodes to other systems, and from them. What it does for a partition it does while that is owned here. */
export class Bridge implements AsyncDisposable {
  readonly sources: readonly Source[]
  readonly #deliveries: Deliveries
  readonly #couriers: Couriers
  readonly #subscriptions: Subscriptions | undefined
  readonly #partitions = new Set<number>()
  readonly #bus: Bus | undefined
  readonly #events: ReturnType<typeof bridgeEvents>
  readonly #underWay = new Map<string, number>()
  #context: PubsubContext | undefined

  constructor({ config, db, bus, metrics, log }: BridgeParts) {
    const { deliveries } = config.events
    this.sources = sourcesOf(config)
    this.#deliveries = new Deliveries(deliveries)
    this.#bus = bus
    this.#events = bridgeEvents(metrics)
    const partitions = () => [...this.#partitions]
    this.#couriers = startCouriers({ deliveries, db, bus, partitions, metrics, log })
    if (bus)
      this.#subscriptions = new Subscriptions(bus, this.sources, (source, message) => this.#take(source, message))
  }

  attach(context: PubsubContext): void {
    this.#context = context
  }

  /** Who is told what happens at a node. */
  deliveriesOf({ service, name: node }: Pick<Node, 'service' | 'name'>): readonly string[] {
    return this.#deliveries.of({ service, node })
  }

  /** Whether nothing may happen at a node because nobody takes what happened there before. */
  isFull(node: Pick<Node, 'service' | 'name'>): boolean {
    const deliveries = this.deliveriesOf(node)
    if (deliveries.length === 0 || !this.#couriers.isFull(deliveries)) return false
    this.#events.full()
    return true
  }

  /** Events of a node were committed. */
  committed(node: Pick<Node, 'service' | 'name'>): void {
    const deliveries = this.deliveriesOf(node)
    if (deliveries.length > 0) this.#couriers.added(deliveries)
  }

  owned(partition: number): void {
    this.#partitions.add(partition)
    this.#couriers.changed()
    this.#subscriptions?.owned(partition)
  }

  /** Nothing new is begun for a partition. Resolves when no request is under way. */
  async lost(partition: number): Promise<void> {
    this.#partitions.delete(partition)
    this.#subscriptions?.lost(partition)
    await this.#couriers.settled()
  }

  /** Publishes what a source sent, to a node that is owned here. */
  async publish({ name, publisher, key, partition }: Source, body: string): Promise<Published> {
    const context = this.#context!
    const publication = readPublication(body)
    const published =
      typeof publication === 'string'
        ? { condition: 'bad-request', item: '' }
        : await publishHere(context, context.nodes.get(key, partition), { source: name, publisher, publication })
    if (published.condition === '') this.#events.published()
    else this.#events.refused()
    return published
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#couriers[Symbol.asyncDispose]()
    await this.#bus?.close(1_000)
  }

  /** A message on the subject of a source; who asked for an answer is given one. */
  #take(source: Source, { payload, reply }: BusMessage): void {
    const { name } = source
    const underWay = this.#underWay.get(name) ?? 0
    const answer = ({ condition, item }: Published) => {
      const text = condition === '' ? `+OK ${item}` : `-ERR ${condition}`
      if (reply !== undefined) this.#bus?.publish(reply, Buffer.from(text.trimEnd()))
    }
    if (underWay >= UNDER_WAY_MAX) {
      this.#events.refused()
      return answer({ condition: 'resource-constraint', item: '' })
    }
    this.#underWay.set(name, underWay + 1)
    this.publish(source, payload.toString())
      .then(answer)
      .catch((error: unknown) => this.#context?.log.error('event_not_published', { source: name, error }))
      .finally(() => this.#underWay.set(name, this.#underWay.get(name)! - 1))
  }
}

function bridgeEvents(metrics: Metrics) {
  const counter = (name: string, help: string) => metrics.counter(`heliograph_events_${name}_total`, help)
  const published = counter('published', 'Items that sources published')
  const refused = counter('refused', 'What sources sent and was not published')
  const full = counter('full', 'Requests to nodes refused because too much waits for a delivery')
  return { published: () => published.add(), refused: () => refused.add(), full: () => full.add() }
}
