import { type Logger, type Metrics, silentTelemetry } from '@heliograph/telemetry'
import type { Envelope, InstanceId } from '../envelope.ts'
import { Cadence, turnMs } from '../link/cadence.ts'
import { Forgotten } from '../link/forgotten.ts'
import { type ReadFrame, readFrame } from '../link/frame.ts'
import { Peer } from '../link/peer.ts'
import { Unpacker } from '../link/unpacker.ts'
import type { Links, Receive } from '../links.ts'
import { Lane } from '../local/lane.ts'
import { createMeters, type Meters } from '../meters.ts'
import { WireError } from '../wire-error.ts'
import { WireReader } from '../wire-reader.ts'
import type { Bus, Delivery } from './bus.ts'
import { Notices } from './notices.ts'
import { peerOfReply, Subjects } from './subjects.ts'

/** Limits are per peer. */
export interface NatsLinksOptions {
  readonly instance: InstanceId
  /** Begins every subject. */
  readonly prefix?: string | undefined
  /** Bytes sent and not yet acknowledged. */
  readonly windowBytes?: number | undefined
  /** Bytes queued or unacknowledged from which `send` refuses. */
  readonly queueBytes?: number | undefined
  /** Least time until an unacknowledged frame is sent again. */
  readonly resendMs?: number | undefined
  readonly log?: Logger | undefined
  readonly metrics?: Metrics | undefined
}

/** How often time-outs are looked at. An acknowledgement waits one to two of these for a frame going back. */
const tickMs = 40
/** So often in one turn of the event loop what the instance sent to itself is handed over. */
const rounds = 8
const frameBytes = 16 * 1024
/** Kept free in a NATS message for a frame's head. */
const headBytes = 1024
const noticeMs = 250
/** Absent for so long: nobody `settled` waits for. Others are only just reconnecting. */
const goneMs = 1000
const closeMs = 1000
const defaults = { prefix: 'heliograph', windowBytes: 1024 * 1024, queueBytes: 64 * 1024 * 1024, resendMs: 200 }

/** What a peer must have taken. */
interface Mark {
  readonly peer: Peer
  readonly mark: number
}

/** Links over core NATS. What is addressed to the instance itself is handed over by reference, like in `LocalLinks`. */
export class NatsLinks implements Links {
  readonly instance: InstanceId
  readonly #bus: Bus
  readonly #subjects: Subjects
  readonly #notices: Notices
  readonly #log: Logger
  readonly #meters: Meters
  readonly #unpacker: Unpacker
  readonly #limits: { windowBytes: number; queueBytes: number; resendMs: number; frameBytes: number }
  readonly #peers = new Map<InstanceId, Peer>()
  readonly #forgotten = new Forgotten()
  readonly #toSelf: Lane
  #absentHandlers: ((peer: InstanceId) => void)[] = []
  #dirty: Peer[] = []
  readonly #cadence = new Cadence<Peer>((peer) => this.#soon(peer), turnMs)
  #tasks: (() => void)[] = []
  #flush: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #settling: { readonly marks: readonly Mark[]; readonly resolve: () => void }[] = []
  #lastLink = 0
  #closed = false

  constructor(bus: Bus, options: NatsLinksOptions) {
    const { instance, prefix = defaults.prefix, windowBytes = defaults.windowBytes } = options
    const { queueBytes = defaults.queueBytes, resendMs = defaults.resendMs } = options
    const silent = silentTelemetry()
    this.instance = instance
    this.#bus = bus
    this.#log = options.log ?? silent.log
    this.#subjects = new Subjects(prefix)
    this.#limits = {
      windowBytes,
      queueBytes,
      resendMs,
      frameBytes: Math.min(frameBytes, bus.maxPayload - headBytes),
    }
    this.#toSelf = new Lane(queueBytes)
    this.#meters = createMeters(options.metrics ?? silent.metrics, () => this.backlog)
    this.#unpacker = new Unpacker(this.#meters, this.#log)
    this.#notices = new Notices({ bus, subjects: this.#subjects, self: instance, log: this.#log })
    bus.subscribe(this.#subjects.frames(instance), (delivery) => this.#arrive(delivery.payload))
    bus.subscribe(this.#subjects.replies(instance), (delivery) => this.#reply(delivery))
    bus.onChange((online) => this.#change(online))
  }

  get backlog(): number {
    let bytes = this.#toSelf.weight
    for (const peer of this.#peers.values()) bytes += peer.backlog
    return bytes
  }

  send(to: InstanceId, envelope: Envelope): boolean {
    if (this.#closed) return false
    if (to === this.instance) return this.#sendToSelf(envelope)
    const peer = this.#peerOf(to)
    if (peer === undefined) return false
    if (!peer.enqueue(envelope)) {
      this.#meters.refusals.add()
      return false
    }
    this.#meters.envelopesSent.add()
    if (this.#cadence.isDue(peer, envelope.haste) || peer.isWorthAFrame(envelope.haste)) this.#soon(peer)
    return true
  }

  beforeFlush(task: () => void): void {
    if (this.#closed) return
    this.#tasks.push(task)
    this.#flush ??= setImmediate(this.#flushAll)
  }

  receive(handler: Receive): void {
    this.#unpacker.receive = handler
    this.#flush ??= setImmediate(this.#flushAll)
    for (const peer of this.#peers.values()) {
      peer.renew()
      if (peer.urgent) this.#soon(peer)
    }
  }

  forget(id: InstanceId): void {
    this.#forgotten.add(id)
    this.#peers.delete(id)
    this.#checkSettled()
  }

  onNoResponders(handler: (peer: InstanceId) => void): void {
    this.#absentHandlers.push(handler)
  }

  async settled(timeoutMs: number): Promise<void> {
    // Only what was sent before: under load there is always something newer on its way.
    const marks = [...this.#peers.values()].map((peer) => ({ peer, mark: peer.mark }))
    if (this.#isSettled(marks)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#settling.push({
        marks,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      })
    })
  }

  announce(topic: string, message: Uint8Array): void {
    if (!this.#closed) this.#notices.announce(topic, message)
  }

  listen(topic: string, handler: (message: Uint8Array, from: InstanceId) => void): () => void {
    return this.#notices.listen(topic, handler)
  }

  ping(timeoutMs: number): Promise<void> {
    return this.#notices.ping(timeoutMs)
  }

  /** Sends what is queued and owed, and leaves the bus. What isn't acknowledged by then is lost: see `settled`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#cadence.releaseAll()
    this.#flushAll()
    this.#cadence[Symbol.dispose]()
    this.#closed = true
    clearTimeout(this.#timer)
    clearImmediate(this.#flush)
    this.#peers.clear()
    await this.#bus.close(closeMs)
  }

  #sendToSelf(envelope: Envelope): boolean {
    if (!this.#toSelf.push(envelope)) {
      this.#meters.refusals.add()
      return false
    }
    this.#meters.envelopesSent.add()
    this.#flush ??= setImmediate(this.#flushAll)
    return true
  }

  #peerOf(id: InstanceId): Peer | undefined {
    const known = this.#peers.get(id)
    if (known !== undefined) return known
    if (this.#forgotten.has(id)) return undefined
    // Later links have greater numbers, also after a restart of the clock within this process.
    this.#lastLink = Math.max(this.#lastLink + 1, Date.now() * 1000)
    const transmit = this.#transmitter(id)
    const peer = new Peer({ self: this.instance, peer: id, link: this.#lastLink, transmit, ...this.#limits })
    if (!this.#bus.online) peer.suspend()
    this.#peers.set(id, peer)
    return peer
  }

  /** Flushes once all sockets that were readable in this turn have been served. */
  #soon(peer: Peer): void {
    if (peer.dirty) return
    peer.dirty = true
    this.#dirty.push(peer)
    this.#flush ??= setImmediate(this.#flushAll)
  }

  readonly #flushAll = (): void => {
    if (this.#closed) return
    for (let round = 0; round < rounds && this.#unsettled; round++) this.#settleTurn()
    this.#flush = this.#unsettled ? setImmediate(this.#flushAll) : undefined
    const dirty = this.#dirty
    this.#dirty = []
    const now = performance.now()
    for (const peer of dirty) {
      peer.dirty = false
      this.#cadence.left(peer, now)
      if (this.#peers.get(peer.id) === peer) peer.flush(now)
    }
    if (dirty.length > 0) this.#awaken()
    this.#checkSettled()
  }

  /** Something within this instance is still to be done before frames leave. */
  get #unsettled(): boolean {
    return this.#tasks.length > 0 || (this.#unpacker.ready && this.#toSelf.length > 0)
  }

  #settleTurn(): void {
    if (this.#unpacker.ready)
      for (const envelope of this.#toSelf.takeAll()) this.#unpacker.hand(this.instance, envelope)
    const tasks = this.#tasks
    this.#tasks = []
    for (const task of tasks) task()
  }

  #awaken(): void {
    if (!this.#closed) this.#timer ??= setTimeout(this.#tick, tickMs)
  }

  readonly #tick = (): void => {
    this.#timer = undefined
    if (this.#closed) return
    const now = performance.now()
    let active = false
    for (const peer of this.#peers.values()) {
      if (!peer.active) continue
      peer.tick(now)
      active ||= peer.active
    }
    if (active) this.#awaken()
    this.#checkSettled()
  }

  #transmitter(to: InstanceId): (frame: Buffer, again: boolean) => void {
    const subject = this.#subjects.frames(to)
    const reply = this.#subjects.reply(this.instance, to)
    const { framesSent, bytesSent, resends } = this.#meters
    return (frame, again) => {
      framesSent.add()
      bytesSent.add(frame.length)
      if (again) resends.add()
      this.#bus.publish(subject, frame, reply)
    }
  }

  #arrive(bytes: Buffer): void {
    if (this.#closed) return
    let frame: ReadFrame
    try {
      frame = readFrame(new WireReader(bytes))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#meters.malformed.add()
      this.#log.error('frame_malformed', { error })
      return
    }
    this.#meters.framesReceived.add()
    this.#meters.bytesReceived.add(bytes.length)
    const peer = this.#peerOf(frame.from)
    if (peer === undefined) return
    this.#take(peer, frame, bytes)
    if (peer.urgent) this.#soon(peer)
    else if (peer.active) this.#awaken()
    this.#checkSettled()
  }

  #take(peer: Peer, frame: ReadFrame, bytes: Buffer): void {
    const now = performance.now()
    if (!this.#unpacker.ready) {
      peer.decline(frame, now)
      return
    }
    const verdict = peer.take(frame, bytes.length, now)
    if (verdict === 'taken') this.#unpacker.unpack(frame, bytes, peer)
    else if (verdict === 'duplicate') this.#meters.duplicates.add()
    else if (verdict === 'gap') this.#meters.gaps.add()
  }

  #reply(delivery: Delivery): void {
    if (!delivery.noResponders) return
    const peer = this.#peers.get(peerOfReply(delivery.subject))
    if (peer === undefined) return
    const now = performance.now()
    peer.nobody(now)
    if (now - peer.noticedAt < noticeMs) return
    peer.noticedAt = now
    for (const handler of this.#absentHandlers) handler(peer.id)
    this.#checkSettled()
  }

  #change(online: boolean): void {
    const now = performance.now()
    for (const peer of this.#peers.values()) {
      if (online) peer.resume(now)
      else peer.suspend()
    }
    if (online) this.#awaken()
  }

  #isSettled(marks: readonly Mark[]): boolean {
    if (this.#toSelf.length > 0) return false
    const now = performance.now()
    return marks.every(({ peer, mark }) => {
      return peer.hasPassed(mark) || this.#peers.get(peer.id) !== peer || peer.absentFor(now) >= goneMs
    })
  }

  #checkSettled(): void {
    if (this.#settling.length === 0) return
    const settled = this.#settling.filter(({ marks }) => this.#isSettled(marks))
    this.#settling = this.#settling.filter((each) => !settled.includes(each))
    for (const { resolve } of settled) resolve()
  }
}
