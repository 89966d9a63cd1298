import type { Envelope, InstanceId } from '../envelope.ts'
import { EnvelopeCodec } from '../envelope-codec.ts'
import { Cadence, type Paced } from '../link/cadence.ts'
import { Forgotten } from '../link/forgotten.ts'
import type { Links, Receive } from '../links.ts'
import { Lane } from './lane.ts'
import type { Exchange } from './switchboard.ts'

/** Least time between two notices that a peer is absent. */
const noticeMs = 250

interface Route extends Paced {
  readonly peer: InstanceId
  readonly lane: Lane
  dirty: boolean
  noticedAt: number
}

/** Links within one process: envelopes are handed over by reference, later in the same turn of the event loop. */
export class LocalLinks implements Links {
  readonly instance: InstanceId
  readonly #exchange: Exchange
  readonly #routes = new Map<InstanceId, Route>()
  readonly #forgotten = new Forgotten()
  readonly #codec = new EnvelopeCodec()
  /** Is in the switchboard's list of those with something to hand over. */
  waiting = false
  #receive: Receive | undefined
  #absentHandlers: ((peer: InstanceId) => void)[] = []
  #dirty: InstanceId[] = []
  readonly #cadence = new Cadence<Route>((route) => this.#touch(route.peer, route))
  #settling: (() => void)[] = []
  readonly #listening = new Set<() => void>()
  #closed = false

  constructor(instance: InstanceId, exchange: Exchange) {
    this.instance = instance
    this.#exchange = exchange
  }

  get backlog(): number {
    let bytes = 0
    for (const { lane } of this.#routes.values()) bytes += lane.weight
    return bytes
  }

  send(to: InstanceId, envelope: Envelope): boolean {
    if (this.#closed || this.#forgotten.has(to)) return false
    const route = this.#routeTo(to)
    if (!route.lane.push(this.#exchange.encode ? this.#recoded(envelope) : envelope)) {
      this.#exchange.meters.refusals.add()
      return false
    }
    this.#exchange.meters.envelopesSent.add()
    if (this.#cadence.isDue(route, envelope.haste)) this.#touch(to, route)
    return true
  }

  beforeFlush(task: () => void): void {
    if (!this.#closed) this.#exchange.beforeFlush(task)
  }

  receive(handler: Receive): void {
    this.#receive = handler
    this.#exchange.arrived(this.instance)
  }

  forget(peer: InstanceId): void {
    this.#forgotten.add(peer)
    this.#routes.delete(peer)
    this.#checkSettled()
  }

  onNoResponders(handler: (peer: InstanceId) => void): void {
    this.#absentHandlers.push(handler)
  }

  async settled(timeoutMs: number): Promise<void> {
    if (this.#isSettled()) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#settling.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  announce(topic: string, message: Uint8Array): void {
    if (!this.#closed) this.#exchange.announce(topic, message, this.instance)
  }

  listen(topic: string, handler: (message: Uint8Array, from: InstanceId) => void): () => void {
    const stop = this.#exchange.listen(topic, handler)
    this.#listening.add(stop)
    return () => {
      this.#listening.delete(stop)
      stop()
    }
  }

  async ping(): Promise<void> {
    if (this.#closed) throw new Error('the links are closed')
    await new Promise((resolve) => setImmediate(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#cadence.releaseAll()
    this.handOver()
    this.#cadence[Symbol.dispose]()
    this.#closed = true
    for (const stop of this.#listening) stop()
    this.#exchange.remove(this)
  }

  /** Tries again to hand over what is queued for `peer`. */
  retry(peer: InstanceId): void {
    const route = this.#routes.get(peer)
    if (route !== undefined && route.lane.length > 0) this.#touch(peer, route)
  }

  /** Hands everything queued to those who are there. */
  handOver(): void {
    this.waiting = false
    const dirty = this.#dirty
    this.#dirty = []
    const now = dirty.length > 0 ? performance.now() : 0
    for (const peer of dirty) {
      const route = this.#routes.get(peer)
      if (route === undefined) continue
      route.dirty = false
      this.#cadence.left(route, now)
      const links = this.#exchange.find(peer)
      if (links === undefined) this.#absent(peer, route)
      else links.accept(this.instance, route.lane)
    }
    this.#checkSettled()
  }

  /** Takes what `from` has queued for this instance, if it receives yet. */
  accept(from: InstanceId, lane: Lane): void {
    if (this.#receive === undefined) return
    const envelopes = lane.takeAll()
    if (this.#forgotten.has(from)) return
    this.#exchange.meters.envelopesReceived.add(envelopes.length)
    for (const envelope of envelopes) {
      try {
        this.#receive(from, envelope)
      } catch (error) {
        this.#exchange.log.error('envelope_handler_failed', { error, instance: from, op: envelope.op })
      }
    }
  }

  #routeTo(peer: InstanceId): Route {
    const known = this.#routes.get(peer)
    if (known !== undefined) return known
    const lane = new Lane(this.#exchange.queueBytes)
    const route: Route = {
      peer,
      lane,
      dirty: false,
      noticedAt: Number.NEGATIVE_INFINITY,
      leftAt: Number.NEGATIVE_INFINITY,
      dueAt: Number.POSITIVE_INFINITY,
    }
    this.#routes.set(peer, route)
    return route
  }

  #touch(peer: InstanceId, route: Route): void {
    if (route.dirty) return
    route.dirty = true
    this.#dirty.push(peer)
    this.#exchange.wake(this)
  }

  #absent(peer: InstanceId, route: Route): void {
    const now = performance.now()
    if (now - route.noticedAt < noticeMs) return
    route.noticedAt = now
    for (const handler of this.#absentHandlers) handler(peer)
  }

  #recoded(envelope: Envelope): Envelope {
    return this.#codec.decode(this.#codec.encode(envelope))
  }

  #isSettled(): boolean {
    for (const [peer, { lane }] of this.#routes) {
      if (lane.length > 0 && this.#exchange.find(peer) !== undefined) return false
    }
    return true
  }

  #checkSettled(): void {
    if (this.#settling.length === 0 || !this.#isSettled()) return
    const settling = this.#settling
    this.#settling = []
    for (const resolve of settling) resolve()
  }
}
