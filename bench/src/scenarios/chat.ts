import type { Client } from '../client/client.ts'
import { attribute } from '../client/xml-text.ts'
import { addTallies, EMPTY_TALLY, FlowLedger, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { Crowd, until } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'
import { markOf, readMark } from './marks.ts'
import { Pacer, sharedMicros } from './pacer.ts'

const BODY = 'The quick brown fox jumps over the lazy dog, and the dog dreams on of slower foxes, 100 bytes long..'
const DRAIN_MS = 5_000

/** One user of a pair: what it sends is numbered, what it receives is checked. */
class Speaker {
  readonly received = new FlowLedger()
  readonly #client: Client
  readonly #head: string
  sent = 0

  constructor(client: Client, peer: string) {
    this.#client = client
    this.#head = `<message to='${peer}' type='chat' id='`
  }

  /** Sends the next message: a body, receipt request, marker request and origin-id, as a mobile client would. */
  say(): void {
    this.sent += 1
    const mark = markOf(this.sent)
    this.#client.send(
      `${this.#head}${mark}'><body>${BODY}</body><request xmlns='urn:xmpp:receipts'/>` +
        `<markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${mark}'/></message>`,
    )
  }
}

/**
 * Users talk in pairs. Without `rate` in a closed loop, one message in flight per pair; with it at that many messages per second in
 * all, evenly over all users. Params: `rate`, `sm`, `askEvery`.
 */
export class ChatLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished = undefined
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #speakers: Speaker[] = []
  readonly #pacer: Pacer | undefined
  readonly #since = sharedMicros()
  #turn = 0
  #delivered = 0
  #errors = 0
  #stopping = false

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    const rate = numberParam(job.params, 'rate', 0) / job.share.count
    if (rate > 0) this.#pacer = new Pacer(rate, () => this.#sayNext())
  }

  async prepare(): Promise<void> {
    const { accounts, domain, share } = this.#job
    const mine = shareOf(accounts, share, 2)
    await this.#crowd.logInAll(mine)
    this.#crowd.clients.forEach((client, index) => {
      const peer = mine[index ^ 1]
      if (peer === undefined) throw new Error('chat needs an even number of users')
      const speaker = new Speaker(client, `${peer.name}@${domain}`)
      this.#speakers.push(speaker)
      client.onStanza = (xml) => this.#take(speaker, xml)
    })
  }

  start(): void {
    if (this.#pacer !== undefined) this.#pacer.start()
    else for (let index = 0; index < this.#speakers.length; index += 2) this.#speakers[index]?.say()
  }

  delivered(): number {
    return this.#delivered
  }

  async stop(): Promise<Tally> {
    this.#stopping = true
    this.#pacer?.stop()
    const sent = this.#speakers.reduce((sum, speaker) => sum + speaker.sent, 0)
    await until(() => this.#delivered >= sent, DRAIN_MS)
    const errors = this.#errors + this.#crowd.lost + (await this.#crowd.unacknowledged())
    const tally = this.#speakers.map((speaker) => speaker.received.tally()).reduce(addTallies, EMPTY_TALLY)
    return { ...tally, expected: sent, errors }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  #sayNext(): void {
    // Even users first, then odd ones: both directions of a pair are as far apart in time as can be.
    const half = this.#speakers.length / 2
    const index = this.#turn < half ? this.#turn * 2 : (this.#turn - half) * 2 + 1
    this.#turn = (this.#turn + 1) % this.#speakers.length
    this.#speakers[index]?.say()
  }

  #take(speaker: Speaker, xml: string): void {
    if (!xml.startsWith('<message')) return
    if (attribute(xml, 'type') === 'error') {
      this.#errors += 1
      return
    }
    const mark = readMark(attribute(xml, 'id'))
    // What a server kept of an earlier load for who had gone is not of this one's flows.
    if (mark === undefined || mark.sentAt < this.#since || !speaker.received.take(mark.seq)) return
    this.#delivered += 1
    this.latency.record(sharedMicros() - mark.sentAt)
    if (this.#pacer === undefined && !this.#stopping) speaker.say()
  }
}
