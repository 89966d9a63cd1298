import type { Client } from '../client/client.ts'
import { addTallies, EMPTY_TALLY, FlowLedger, type Tally } from '../measure/flow-ledger.ts'
import { inParallel } from './crowd.ts'
import { markOf } from './marks.ts'

const PUBSUB = 'http://jabber.org/protocol/pubsub'
const TEXT = 'The quick brown fox jumps over the lazy dog, and the dog dreams on of slower foxes, 100 bytes long..'
/** What every server takes in one request. */
const BATCH = 500

/** A node to which its first subscriber publishes: what is published is numbered, what each subscriber gets is checked. */
export class BenchNode {
  readonly subscribers: readonly Client[]
  sent = 0
  /** Notifications that have arrived. */
  arrived = 0
  readonly #service: string
  readonly #name: string
  readonly #flows: readonly FlowLedger[]

  constructor(service: string, name: string, subscribers: readonly Client[]) {
    this.#service = service
    this.#name = name
    this.subscribers = subscribers
    this.#flows = subscribers.map(() => new FlowLedger())
  }

  get expected(): number {
    return this.sent * this.subscribers.length
  }

  /** Makes the node, keeping ten items as each server does or can, and subscribes all of them (XEP-0060 §8.1.3, §6.1). */
  async prepare(): Promise<void> {
    const fields = { FORM_TYPE: `${PUBSUB}#node_config`, 'pubsub#persist_items': '1', 'pubsub#max_items': '10' }
    const form = Object.entries(fields).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    const configure = `<configure><x xmlns='jabber:x:data' type='submit'>${form.join('')}</x></configure>`
    await this.#ask(this.#publisher, `<create node='${this.#name}'/>${configure}`)
    await inParallel(this.subscribers, 16, async (client) => {
      await this.#ask(client, `<subscribe node='${this.#name}' jid='${bareOf(client)}'/>`)
    })
  }

  /** Subscribes so many addresses of `domain` that nobody ever logs in with, as an owner who may (§8.8.2). */
  async subscribeAbsent(count: number, domain: string): Promise<void> {
    for (let first = 0; first < count; first += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => first + index)
      const all = batch.map((each) => `<subscription jid='absent${each}@${domain}' subscription='subscribed'/>`)
      const inside = `<subscriptions node='${this.#name}'>${all.join('')}</subscriptions>`
      await this.#ask(this.#publisher, inside, `${PUBSUB}#owner`)
    }
  }

  publish(): void {
    this.sent += 1
    const mark = markOf(this.sent)
    const entry = `<entry xmlns='http://www.w3.org/2005/Atom'><title>Item</title><summary>${TEXT}</summary><id>${mark}</id></entry>`
    const item = `<publish node='${this.#name}'><item id='${mark}'>${entry}</item></publish>`
    this.#publisher.send(
      `<iq type='set' id='${mark}' to='${this.#service}'><pubsub xmlns='${PUBSUB}'>${item}</pubsub></iq>`,
    )
  }

  /** False when it came to that subscriber before. */
  take(subscriber: number, seq: number): boolean {
    if (this.#flows[subscriber]?.take(seq) !== true) return false
    this.arrived += 1
    return true
  }

  tally(): Tally {
    return this.#flows.map((flow) => flow.tally()).reduce(addTallies, EMPTY_TALLY)
  }

  async remove(): Promise<void> {
    await this.#ask(this.#publisher, `<delete node='${this.#name}'/>`, `${PUBSUB}#owner`)
  }

  get #publisher(): Client {
    return this.subscribers[0] as Client
  }

  async #ask(client: Client, inside: string, namespace = PUBSUB): Promise<void> {
    await client.query(`<pubsub xmlns='${namespace}'>${inside}</pubsub>`, { type: 'set', to: this.#service })
  }
}

function bareOf({ jid }: Client): string {
  return jid.slice(0, jid.indexOf('/'))
}
