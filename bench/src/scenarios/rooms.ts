import type { Client } from '../client/client.ts'
import { attribute } from '../client/xml-text.ts'
import { addTallies, EMPTY_TALLY, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { Crowd, inParallel, until } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'
import { readMark } from './marks.ts'
import { Occupant } from './occupant.ts'
import { Pacer, sharedMicros } from './pacer.ts'

const DRAIN_MS = 10_000
const JOIN_LIMIT_MS = 120_000

/** A room with all its occupants, who speak in turn. */
class BenchRoom {
  readonly occupants: readonly Occupant[]
  sent = 0
  /** Copies of what was said that have arrived. */
  arrived = 0
  #turn = 0

  constructor(occupants: readonly Occupant[]) {
    this.occupants = occupants
  }

  sayNext(): void {
    this.occupants[this.#turn]?.say()
    this.#turn = (this.#turn + 1) % this.occupants.length
    this.sent += 1
  }

  get expected(): number {
    return this.sent * this.occupants.length
  }
}

/**
 * Occupants of rooms speak in turn, and everyone gets a copy. Without `rate` one message is under way in each room; with it that many copies
 * a second are delivered in all. Params: `occupants` of a room, `rate`; `quiet`: presence of moderators only is broadcast; `crowd`: that many of the
 * users are in one room of their own, in which `crowdRate` copies a second are delivered, and latency is that of the other rooms.
 */
export class RoomsLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished = undefined
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #rooms: BenchRoom[] = []
  readonly #pacer: Pacer | undefined
  readonly #crowdPacer: Pacer | undefined
  #crowded: BenchRoom | undefined
  #turn = 0
  #delivered = 0
  #errors = 0
  #stopping = false

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    const copies = numberParam(job.params, 'rate', 0) / job.share.count
    if (copies > 0) this.#pacer = new Pacer(copies / this.#size(), () => this.#sayNext())
    const crowdRate = numberParam(job.params, 'crowdRate', 0) / job.share.count
    if (crowdRate > 0) this.#crowdPacer = new Pacer(crowdRate / this.#crowdSize, () => this.#crowded?.sayNext())
  }

  async prepare(): Promise<void> {
    const { accounts, domain, share } = this.#job
    const small = this.#size()
    const mine = shareOf(accounts, share, small)
    await this.#crowd.logInAll(mine)
    const run = Math.random().toString(36).slice(2, 8)
    for (let first = 0; first < mine.length; ) {
      const isCrowd = first === 0 && this.#crowdSize > 0
      const size = isCrowd ? this.#crowdSize : small
      const jid = `bench-${run}-${share.index}-${first}@conference.${domain}`
      const clients = this.#crowd.clients.slice(first, first + size)
      const occupants = clients.map((client, index) => new Occupant(client, jid, mine[first + index]?.name ?? ''))
      const room = new BenchRoom(occupants)
      await this.#fill(room, clients)
      if (isCrowd) this.#crowded = room
      else this.#rooms.push(room)
      first += size
    }
  }

  start(): void {
    this.#crowdPacer?.start()
    if (this.#pacer !== undefined) this.#pacer.start()
    else for (const room of this.#rooms) room.sayNext()
  }

  delivered(): number {
    return this.#delivered
  }

  async stop(): Promise<Tally> {
    this.#stopping = true
    this.#pacer?.stop()
    this.#crowdPacer?.stop()
    const all = [...this.#rooms, ...(this.#crowded === undefined ? [] : [this.#crowded])]
    const expected = all.reduce((sum, room) => sum + room.expected, 0)
    await until(() => this.#delivered >= expected, DRAIN_MS)
    const errors = this.#errors + this.#crowd.lost + (await this.#crowd.unacknowledged())
    const occupants = all.flatMap((room) => room.occupants)
    const tally = occupants.map((occupant) => occupant.tally()).reduce(addTallies, EMPTY_TALLY)
    // Everyone in a room sees one order (XEP-0045 §7.4), whoever spoke.
    const strayed = all.reduce((sum, room) => sum + new Set(room.occupants.map(({ order }) => order)).size - 1, 0)
    return { ...tally, expected, reordered: tally.reordered + strayed, errors }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  /** Occupants of a room; all users when they are fewer. */
  #size(): number {
    return Math.min(numberParam(this.#job.params, 'occupants', 100), this.#job.accounts.length)
  }

  /** Of this process. */
  get #crowdSize(): number {
    return numberParam(this.#job.params, 'crowd', 0) / this.#job.share.count
  }

  async #fill(room: BenchRoom, clients: readonly Client[]): Promise<void> {
    const [owner, ...others] = room.occupants
    await owner?.create(JOIN_LIMIT_MS, this.#job.params.quiet === true)
    await inParallel(others, 16, (occupant) => occupant.enter(JOIN_LIMIT_MS))
    room.occupants.forEach((occupant, index) => {
      clients[index]!.onStanza = (xml) => this.#take(room, occupant, xml)
    })
  }

  #sayNext(): void {
    this.#rooms[this.#turn]?.sayNext()
    this.#turn = (this.#turn + 1) % this.#rooms.length
  }

  #take(room: BenchRoom, occupant: Occupant, xml: string): void {
    if (!xml.startsWith('<message')) return
    if (attribute(xml, 'type') === 'error') {
      this.#errors += 1
      return
    }
    const mark = readMark(attribute(xml, 'id'))
    if (mark === undefined || !occupant.take(attribute(xml, 'from') ?? '', mark)) return
    this.#delivered += 1
    room.arrived += 1
    if (room !== this.#crowded) this.latency.record(sharedMicros() - mark.sentAt)
    if (this.#pacer === undefined && !this.#stopping && room.arrived === room.expected) room.sayNext()
  }
}
