import type { Client } from '../client/client.ts'
import { attribute, childText } from '../client/xml-text.ts'
import { addTallies, EMPTY_TALLY, FlowLedger, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { befriend } from './befriend.ts'
import { Crowd, untilQuiet } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'
import { markOf, readMark } from './marks.ts'
import { Pacer, sharedMicros } from './pacer.ts'

/** A user's local part in an address; two users of the same name can't be. */
function localPart(jid: string): string {
  return jid.slice(0, jid.indexOf('@'))
}

/**
 * Users on a ring, each the mutual contact of its `contacts` nearest, change their status; contacts receive it. Params:
 * `contacts` (even), `rate` (deliveries per second in all). A user's own copies are not counted.
 */
export class PresenceLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished = undefined
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #ledgers: Array<Map<string, FlowLedger>> = []
  readonly #pacer: Pacer
  readonly #contacts: number
  #turn = 0
  #changes = 0
  #delivered = 0
  #errors = 0
  #rounds = 1

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    this.#contacts = numberParam(job.params, 'contacts', 20)
    const deliveries = numberParam(job.params, 'rate', 2000) / job.share.count
    this.#pacer = new Pacer(deliveries / this.#contacts, () => this.#change())
  }

  async prepare(): Promise<void> {
    const mine = shareOf(this.#job.accounts, this.#job.share)
    await this.#crowd.logInAll(mine)
    await befriend(this.#crowd.clients, this.#job, this.#contacts)
    this.#crowd.clients.forEach((client, index) => {
      const ledgers = new Map<string, FlowLedger>()
      this.#ledgers.push(ledgers)
      const own = localPart(mine[index]?.name.concat('@') ?? '')
      client.onStanza = (xml) => this.#take(own, ledgers, xml)
    })
    await untilQuiet(() => this.#delivered, 300, 3_000)
  }

  start(): void {
    this.#pacer.start()
  }

  delivered(): number {
    return this.#delivered
  }

  async stop(): Promise<Tally> {
    this.#pacer.stop()
    await untilQuiet(() => this.#delivered, 700, 5_000)
    const flows = this.#ledgers.flatMap((ledgers) => [...ledgers.values()])
    const tally = flows.map((flow) => flow.tally()).reduce(addTallies, EMPTY_TALLY)
    const errors = this.#errors + this.#crowd.lost + (await this.#crowd.unacknowledged())
    return { ...tally, expected: this.#changes * this.#contacts, errors }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  #change(): void {
    const client: Client | undefined = this.#crowd.clients[this.#turn]
    client?.send(`<presence><show>chat</show><status>${markOf(this.#rounds)}</status></presence>`)
    this.#changes += 1
    this.#turn += 1
    if (this.#turn < this.#crowd.clients.length) return
    this.#turn = 0
    this.#rounds += 1
  }

  #take(own: string, ledgers: Map<string, FlowLedger>, xml: string): void {
    if (!xml.startsWith('<presence')) return
    if (attribute(xml, 'type') === 'error') this.#errors += 1
    const mark = readMark(childText(xml, 'status'))
    const sender = localPart(attribute(xml, 'from') ?? '@')
    if (mark === undefined || sender === own) return
    let flow = ledgers.get(sender)
    if (flow === undefined) {
      flow = new FlowLedger()
      ledgers.set(sender, flow)
    }
    if (!flow.take(mark.seq)) return
    this.#delivered += 1
    this.latency.record(sharedMicros() - mark.sentAt)
  }
}
