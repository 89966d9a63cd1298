import type { Client } from '../client/client.ts'
import { EMPTY_TALLY, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { ChatLoad } from './chat.ts'
import { Crowd, until } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'

/** Messages written into the archive per second while it is filled, and for how long: over 100 for each of few users. */
const FILL = { rate: 1000, limitMs: 12_000 }

/**
 * Users read the last page of their archive (XEP-0313, RSM) again and again, one request in flight each. Params: `page` (messages a
 * page), `stored` (messages written for each user before).
 */
export class ArchivePageLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished = undefined
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #page: number
  #received = 0
  #pages = 0
  #short = 0
  #stopping = false
  #running: Promise<void>[] = []

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    this.#page = numberParam(job.params, 'page', 50)
  }

  async prepare(): Promise<void> {
    await this.#fill()
    await this.#crowd.logInAll(shareOf(this.#job.accounts, this.#job.share))
    for (const client of this.#crowd.clients) {
      client.onStanza = (xml) => {
        if (xml.startsWith('<message') && xml.includes('urn:xmpp:forward:0')) this.#received += 1
      }
    }
  }

  start(): void {
    this.#running = this.#crowd.clients.map((client) => this.#read(client))
  }

  delivered(): number {
    return this.#pages
  }

  async stop(): Promise<Tally> {
    this.#stopping = true
    await Promise.allSettled(this.#running)
    const messages = this.#pages * this.#page
    return { ...EMPTY_TALLY, expected: messages, received: this.#received, errors: this.#crowd.lost + this.#short }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  async #fill(): Promise<void> {
    const users = shareOf(this.#job.accounts, this.#job.share).length
    const stored = numberParam(this.#job.params, 'stored', 120) * (users / 2)
    const chat = new ChatLoad({ ...this.#job, params: { rate: FILL.rate } })
    await chat.prepare()
    chat.start()
    await until(() => chat.delivered() >= stored, FILL.limitMs)
    await chat.stop()
    await chat.close()
  }

  async #read(client: Client): Promise<void> {
    const rsm = `<set xmlns='http://jabber.org/protocol/rsm'><max>${this.#page}</max><before/></set>`
    while (!this.#stopping) {
      const begun = performance.now()
      const answer = await client.query(`<query xmlns='urn:xmpp:mam:2'>${rsm}</query>`, { type: 'set' })
      if (!answer.includes('<fin')) this.#short += 1
      this.latency.record((performance.now() - begun) * 1000)
      this.#pages += 1
    }
  }
}
