import { Envelope, type InstanceId, type Kind, type Links } from '@heliograph/bus'
import type { Logger } from '@heliograph/telemetry'
import type { Clock } from '../clock.ts'
import { type Owner, type Ownership, PARTITIONS } from '../ownership.ts'
import { partitionOf } from '../partition.ts'
import type { Emissions } from './emission.ts'
import type { Numbers } from './numbers.ts'
import { Pending } from './pending.ts'
import { Entry, Route } from './route.ts'
import type { Outcome } from './router.ts'
import type { RouterEvents } from './router-events.ts'

type Settle = (outcome: Outcome) => void

export interface OutboxOptions {
  readonly links: Pick<Links, 'send'>
  readonly clock: Clock
  readonly ownership: Pick<Ownership, 'ownerOf' | 'onOwner' | 'refresh'>
  readonly numbers: Numbers
  readonly emissions: Emissions
  readonly events: RouterEvents
  readonly log: Logger
  readonly handOverMs: number
  /** Unsettled envelopes to one partition. */
  readonly routeBound: number
  /** Unsettled transfers in all. */
  readonly bound: number
}

/** An owner that refused is tried again after this, then after twice as long each time. */
const paceMs = 50
const longestPaceMs = 500

/** The sending side: what was transferred and not yet taken, in order for each partition, and sent again when its owner changes. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #routes = new Map<Kind, (Route | undefined)[]>()
  readonly #entries = new Pending<Entry>()
  readonly #handlers = new Map<Kind, ((partition: number, owner: Owner) => void)[]>()
  /** Routes that lead nowhere, or with something unsent because the queue is full. */
  readonly #stuck = new Set<Route>()
  #cancelPace: (() => void) | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** Sends without receipt that wait for an owner, or for room. */
  get sendsWaiting(): number {
    let all = 0
    for (const routes of this.#routes.values()) for (const route of routes) all += route?.size ?? 0
    return all - this.#entries.size
  }

  onRoute(kind: Kind, handler: (partition: number, owner: Owner) => void): void {
    this.#routesOf(kind)
    const handlers = this.#handlers.get(kind)
    if (handlers) handlers.push(handler)
    else this.#handlers.set(kind, [handler])
  }

  post(kind: Kind, key: string, envelope: Envelope, settle: Settle | undefined): void {
    const partition = partitionOf(key)
    const route = this.#routesOf(kind)[partition] ?? this.#newRoute(kind, partition)
    envelope.kind = kind
    envelope.key = key
    envelope.partition = partition
    envelope.attempt = route.attempt
    envelope.transfer = settle ? this.#options.numbers.next() : 0
    if (route.size >= this.#options.routeBound || this.#entries.size >= this.#options.bound) this.#reject(settle)
    else if (route.unsent || !route.owner || route.opening) this.#wait(route, new Entry(route, envelope, settle))
    else if (this.#options.links.send(route.owner.instance, envelope)) {
      if (settle) this.#keep(route, envelope, settle)
    } else if (settle) this.#reject(settle)
    else this.#wait(route, new Entry(route, envelope, settle))
  }

  /** True when `transfer` was ours and unsettled. */
  taken(transfer: number): boolean {
    const entry = this.#entries.get(transfer)
    if (!entry) return false
    this.#finish(entry, 'taken')
    return true
  }

  /** `from` doesn't serve the partition: what it was sent on that attempt, from some envelope on, it didn't take. */
  moved(from: InstanceId, refusal: Envelope): void {
    const route = this.#routesOf(refusal.kind)[refusal.partition]
    if (route?.owner?.instance !== from || route.attempt !== refusal.attempt) return
    const { events, clock, log } = this.#options
    const now = clock.now()
    events.moved.add()
    const again = route.refusedBy?.epoch === route.owner.epoch && now - route.retryAt < longestPaceMs
    route.pace = again ? Math.min(2 * route.pace, longestPaceMs) : paceMs
    route.refusedBy = route.owner
    route.retryAt = now + route.pace
    log.debug('route_refused', { kind: route.kind, partition: route.partition, peer: from, epoch: route.owner.epoch })
    this.#close(route)
    this.#look(route.kind)
  }

  /** An instance is gone: routes to it lead nowhere. */
  departed(instance: InstanceId): void {
    for (const routes of this.#routes.values()) {
      for (const route of routes) if (route?.owner?.instance === instance) this.#close(route)
    }
  }

  stop(): void {
    this.#cancelPace?.()
    this.#cancelPace = () => undefined
  }

  #routesOf(kind: Kind): (Route | undefined)[] {
    let routes = this.#routes.get(kind)
    if (!routes) {
      routes = new Array<Route | undefined>(PARTITIONS).fill(undefined)
      this.#routes.set(kind, routes)
      this.#options.ownership.onOwner(kind, (partition, owner) => this.#owned(kind, partition, owner))
    }
    return routes
  }

  #newRoute(kind: Kind, partition: number): Route {
    const route = new Route(kind, partition)
    route.owner = this.#options.ownership.ownerOf(kind, partition)
    route.attempt = 1
    this.#routesOf(kind)[partition] = route
    return route
  }

  #owned(kind: Kind, partition: number, owner: Owner): void {
    const route = this.#routesOf(kind)[partition]
    if (route && (route.owner?.instance !== owner.instance || route.owner.epoch !== owner.epoch))
      this.#open(route, owner)
  }

  /** Sets out anew: first what the handlers have to say, then everything unsettled, in order. */
  #open(route: Route, owner: Owner): void {
    route.owner = owner
    route.attempt++
    route.broken = false
    route.unsent = route.head
    route.opening = true
    for (const handler of this.#handlers.get(route.kind) ?? []) handler(route.partition, owner)
    route.opening = false
    route.unsent = route.head
    this.#pump(route)
  }

  #close(route: Route): void {
    route.owner = undefined
    // Even with nothing to send: plain sends may be lost, and the handlers of `onRoute` are to know.
    route.broken = true
    this.#stick(route)
  }

  /** Sends what is unsent as far as the queue takes it. */
  #pump(route: Route): void {
    const { links, events } = this.#options
    for (let entry = route.unsent; entry && route.owner; entry = route.unsent) {
      if (entry.handed) {
        entry.envelope = copyOf(entry.envelope)
        events.resent.add()
      }
      entry.envelope.attempt = route.attempt
      if (!links.send(route.owner.instance, entry.envelope)) break
      entry.handed = true
      route.unsent = entry.next
      if (!entry.settle) route.remove(entry)
    }
    if (route.unsent) this.#stick(route)
    else this.#stuck.delete(route)
  }

  #keep(route: Route, envelope: Envelope, settle: Settle): void {
    const entry = new Entry(route, envelope, settle)
    entry.handed = true
    route.append(entry)
    this.#entries.add(envelope.transfer, entry)
    this.#options.emissions.began(envelope)
  }

  #wait(route: Route, entry: Entry): void {
    entry.since = this.#options.clock.now()
    if (route.opening) route.insertBefore(route.unsent, entry)
    else {
      route.append(entry)
      route.unsent ??= entry
    }
    if (entry.settle) {
      this.#entries.add(entry.envelope.transfer, entry)
      this.#options.emissions.began(entry.envelope)
    }
    if (route.opening) return
    if (!route.owner && !this.#stuck.has(route)) this.#look(route.kind)
    this.#stick(route)
  }

  #stick(route: Route): void {
    this.#stuck.add(route)
    this.#cancelPace ??= this.#options.clock.after(paceMs, this.#pace)
  }

  /** Reads who owns the partitions of a kind at once, and follows what can be followed. */
  #look(kind: Kind): void {
    void this.#options.ownership.refresh(kind).then(() => {
      for (const route of this.#stuck) if (route.kind === kind && !route.owner) this.#resolve(route)
    })
  }

  #resolve(route: Route): void {
    const owner = this.#options.ownership.ownerOf(route.kind, route.partition)
    if (!owner) return
    const { refusedBy, retryAt } = route
    const refused = refusedBy?.instance === owner.instance && refusedBy.epoch === owner.epoch
    if (!refused || this.#options.clock.now() >= retryAt) this.#open(route, owner)
  }

  readonly #pace = (): void => {
    this.#cancelPace = undefined
    const now = this.#options.clock.now()
    const lost = new Set<Kind>()
    for (const route of [...this.#stuck]) {
      if (route.owner) this.#pump(route)
      else this.#resolve(route)
      this.#expire(route, now)
      if (!route.owner) lost.add(route.kind)
      if (!route.head && !route.broken) this.#stuck.delete(route)
    }
    for (const kind of lost) this.#look(kind)
    if (this.#stuck.size > 0) this.#cancelPace ??= this.#options.clock.after(paceMs, this.#pace)
  }

  /** Gives up what has waited too long and was never given to an owner. */
  #expire(route: Route, now: number): void {
    const { handOverMs, events } = this.#options
    for (let entry = route.unsent; entry; ) {
      const next: Entry | undefined = entry.next
      if (!entry.handed && now - entry.since >= handOverMs) {
        ;(entry.settle ? events.expired : events.sendsDropped).add()
        this.#finish(entry, 'expired')
      }
      entry = next
    }
  }

  #finish(entry: Entry, outcome: Outcome): void {
    entry.route.remove(entry)
    if (!entry.settle) return
    this.#entries.delete(entry.envelope.transfer)
    this.#options.emissions.ended(entry.envelope)
    entry.settle(outcome)
  }

  #reject(settle: Settle | undefined): void {
    const { events, clock } = this.#options
    if (settle) {
      events.full.add()
      clock.turn(() => settle('full'))
    } else events.sendsDropped.add()
  }
}

/** What was sent may still be on its way by reference, under its old attempt. */
function copyOf(envelope: Envelope): Envelope {
  return Object.assign(new Envelope(envelope.op), envelope)
}
