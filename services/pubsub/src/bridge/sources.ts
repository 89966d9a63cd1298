import type { Bus, Delivery as BusMessage } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import { type BareJid, ensureBare, ensureDomain } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { nodeKey } from '../node/node-key.ts'

type SourceConfig = HeliographConfig['events']['sources'][number]

/** Who publishes to which node. */
export interface Source {
  readonly name: string
  readonly publisher: BareJid
  readonly key: string
  readonly partition: number
  /** By NATS; undefined: by HTTP. */
  readonly subject: string | undefined
}

export function sourcesOf({ events, domains }: Pick<HeliographConfig, 'events' | 'domains'>): Source[] {
  return events.sources.map(({ name, node, publisher, subject, domain = domains[0]!.name }: SourceConfig) => {
    const key = nodeKey(`pubsub.${ensureDomain(domain)}` as BareJid, node)
    return { name, publisher: ensureBare(publisher), key, partition: partitionOf(key), subject }
  })
}

/** Subscribes to the subjects of those sources whose nodes are owned here, so that each message is published once and in order. */
export class Subscriptions {
  readonly #bus: Bus
  readonly #sources: readonly Source[]
  readonly #take: (source: Source, message: BusMessage) => void
  readonly #open = new Map<Source, () => void>()

  constructor(bus: Bus, sources: readonly Source[], take: (source: Source, message: BusMessage) => void) {
    this.#bus = bus
    this.#sources = sources.filter(({ subject }) => subject !== undefined)
    this.#take = take
  }

  owned(partition: number): void {
    for (const source of this.#of(partition))
      if (!this.#open.has(source))
        this.#open.set(
          source,
          this.#bus.subscribe(source.subject!, (message) => this.#take(source, message)),
        )
  }

  lost(partition: number): void {
    for (const source of this.#of(partition)) {
      this.#open.get(source)?.()
      this.#open.delete(source)
    }
  }

  #of(partition: number): readonly Source[] {
    return this.#sources.filter((source) => source.partition === partition)
  }
}
