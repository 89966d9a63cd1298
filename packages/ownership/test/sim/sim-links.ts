import type { Envelope, InstanceId, Links, Receive } from '@heliograph/bus'
import type { Host, World } from './world.ts'

/** The bus of a simulated cluster: pairs keep order, notices may be lost, delays vary. */
export class SimBus {
  readonly #world: World
  readonly #links = new Map<InstanceId, SimLinks>()
  /** When the last envelope of a pair arrives. */
  readonly #arrivals = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  connect(host: Host): SimLinks {
    const links = new SimLinks(host, this)
    this.#links.set(host.name, links)
    return links
  }

  carry(from: SimLinks, to: InstanceId, envelope: Envelope): void {
    const pair = `${from.instance} ${to}`
    const delay = this.#world.chance(5) + (this.#world.chance(1) < 0.02 ? this.#world.chance(200) : 0)
    const at = Math.max(this.#world.now + delay, this.#arrivals.get(pair) ?? 0)
    this.#arrivals.set(pair, at)
    const peer = this.#links.get(to)
    if (!peer) return
    from.unacknowledged++
    this.#world.at(at, peer.host, () => {
      peer.arrive(from.instance, envelope)
      from.acknowledged()
    })
  }

  notify(from: InstanceId, topic: string, message: Uint8Array): void {
    for (const links of this.#links.values()) {
      if (this.#world.chance(1) < 0.1) continue
      this.#world.at(this.#world.now + this.#world.chance(5), links.host, () => links.hear(topic, message, from))
    }
  }

  after(ms: number, host: Host, task: () => void): void {
    this.#world.at(this.#world.now + ms, host, task)
  }
}

export class SimLinks implements Links {
  readonly instance: InstanceId
  readonly host: Host
  readonly backlog = 0
  unacknowledged = 0
  nobodyListensAs: (peer: InstanceId) => void = () => undefined
  readonly #bus: SimBus
  readonly #forgotten = new Set<InstanceId>()
  readonly #listeners = new Map<string, Set<(message: Uint8Array, from: InstanceId) => void>>()
  #receive: Receive = () => undefined
  #settling: (() => void)[] = []

  constructor(host: Host, bus: SimBus) {
    this.host = host
    this.instance = host.name
    this.#bus = bus
  }

  send(to: InstanceId, envelope: Envelope): boolean {
    if (this.#forgotten.has(to)) return false
    this.#bus.carry(this, to, envelope)
    return true
  }

  beforeFlush(task: () => void): void {
    this.#bus.after(0, this.host, task)
  }

  arrive(from: InstanceId, envelope: Envelope): void {
    if (!this.#forgotten.has(from)) this.#receive(from, envelope)
  }

  acknowledged(): void {
    this.unacknowledged--
    if (this.unacknowledged > 0) return
    for (const resolve of this.#settling.splice(0)) resolve()
  }

  hear(topic: string, message: Uint8Array, from: InstanceId): void {
    for (const handler of this.#listeners.get(topic) ?? []) handler(message, from)
  }

  receive(handler: Receive): void {
    this.#receive = handler
  }

  forget(peer: InstanceId): void {
    this.#forgotten.add(peer)
  }

  onNoResponders(handler: (peer: InstanceId) => void): void {
    this.nobodyListensAs = handler
  }

  settled(timeoutMs: number): Promise<void> {
    if (this.unacknowledged === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#settling.push(resolve)
      this.#bus.after(timeoutMs, this.host, resolve)
    })
  }

  announce(topic: string, message: Uint8Array): void {
    this.#bus.notify(this.instance, topic, message)
  }

  listen(topic: string, handler: (message: Uint8Array, from: InstanceId) => void): () => void {
    const handlers = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, handlers)
    handlers.add(handler)
    return () => handlers.delete(handler)
  }

  ping(): Promise<void> {
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }
}
