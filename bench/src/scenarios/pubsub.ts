import { attribute } from '../client/xml-text.ts'
import { addTallies, EMPTY_TALLY, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { BenchNode } from './bench-node.ts'
import { Crowd, until } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'
import { readMark } from './marks.ts'
import { Pacer, sharedMicros } from './pacer.ts'

const DRAIN_MS = 10_000

/**
 * One of the subscribers of each node publishes, and all of them are told. Without `rate` one item is under way at each node; with it that many
 * notifications a second are delivered in all. Params: `subscribers` of a node, `absent` subscribers besides who never log in, `rate`.
 */
export class PubsubLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished = undefined
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #nodes: BenchNode[] = []
  readonly #pacer: Pacer | undefined
  #turn = 0
  #delivered = 0
  #errors = 0
  #stopping = false

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    const notifications = numberParam(job.params, 'rate', 0) / job.share.count
    if (notifications > 0) this.#pacer = new Pacer(notifications / this.#size(), () => this.#publishNext())
  }

  async prepare(): Promise<void> {
    const { accounts, domain, params, share } = this.#job
    const size = this.#size()
    const mine = shareOf(accounts, share, size)
    await this.#crowd.logInAll(mine)
    const run = Math.random().toString(36).slice(2, 8)
    for (let first = 0; first < mine.length; first += size) {
      const clients = this.#crowd.clients.slice(first, first + size)
      const node = new BenchNode(`pubsub.${domain}`, `bench-${run}-${share.index}-${first}`, clients)
      await node.prepare()
      await node.subscribeAbsent(numberParam(params, 'absent', 0), domain)
      clients.forEach((client, subscriber) => {
        client.onStanza = (xml) => this.#take(node, subscriber, xml)
      })
      this.#nodes.push(node)
    }
  }

  start(): void {
    if (this.#pacer !== undefined) this.#pacer.start()
    else for (const node of this.#nodes) node.publish()
  }

  delivered(): number {
    return this.#delivered
  }

  async stop(): Promise<Tally> {
    this.#stopping = true
    this.#pacer?.stop()
    const expected = this.#nodes.reduce((sum, node) => sum + node.expected, 0)
    await until(() => this.#delivered >= expected, DRAIN_MS)
    const errors = this.#errors + this.#crowd.lost + (await this.#crowd.unacknowledged())
    const tally = this.#nodes.map((node) => node.tally()).reduce(addTallies, EMPTY_TALLY)
    return { ...tally, expected, errors }
  }

  async close(): Promise<void> {
    // One by one: ejabberd fails where several go at once.
    for (const node of this.#nodes) await node.remove()
    await this.#crowd.close()
  }

  /** Subscribers of a node; all users when they are fewer. */
  #size(): number {
    return Math.min(numberParam(this.#job.params, 'subscribers', 100), this.#job.accounts.length)
  }

  #publishNext(): void {
    this.#nodes[this.#turn]?.publish()
    this.#turn = (this.#turn + 1) % this.#nodes.length
  }

  #take(node: BenchNode, subscriber: number, xml: string): void {
    if (attribute(xml, 'type') === 'error') this.#errors += 1
    const item = xml.startsWith('<message') ? xml.indexOf('<item ') : -1
    const mark = item === -1 ? undefined : readMark(attribute(xml.slice(item), 'id'))
    if (mark === undefined || !node.take(subscriber, mark.seq)) return
    this.#delivered += 1
    this.latency.record(sharedMicros() - mark.sentAt)
    if (this.#pacer === undefined && !this.#stopping && node.arrived === node.expected) node.publish()
  }
}
