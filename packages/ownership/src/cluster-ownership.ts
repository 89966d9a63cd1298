import type { InstanceId, Kind } from '@heliograph/bus'
import { decodeAnnouncement, encodeAnnouncement } from './announcement.ts'
import type { OwnershipOptions } from './create-ownership.ts'
import { Departures } from './departures.ts'
import { Lease } from './lease.ts'
import type { Owner, Ownership, Phase } from './ownership.ts'
import { type OwnershipEvents, ownershipEvents } from './ownership-events.ts'
import { Part } from './part.ts'
import { Repeater } from './repeater.ts'
import { serviceOf } from './services.ts'
import { Tenants } from './tenants.ts'
import { View, type ViewChange } from './view.ts'

type Options = Required<Omit<OwnershipOptions, 'tenancy'>> & Pick<OwnershipOptions, 'tenancy'>

interface Watched {
  readonly view: View
  readonly reader: Repeater
  readonly handlers: ((partition: number, owner: Owner) => void)[]
}

const retryMs = 200

/** Ownership over a live state shared by the cluster. */
export class ClusterOwnership implements Ownership {
  readonly kind: Kind
  readonly instance: InstanceId
  readonly #options: Options
  readonly #watched = new Map<Kind, Watched>()
  readonly #lease: Lease
  readonly #tenants: Tenants | undefined
  readonly #part: Part
  readonly #departures: Departures
  readonly #events: OwnershipEvents
  readonly #phaseHandlers: ((partition: number, phase: Phase) => void)[] = []
  readonly #departureHandlers: ((instance: InstanceId) => void)[] = []
  readonly #stopListening: (() => void)[] = []
  #cancelTimer: () => void = () => undefined
  #ended = false

  constructor(options: Options) {
    const { kind, links, clock, ttlMs, telemetry } = options
    this.#options = options
    this.kind = kind
    this.instance = links.instance
    this.#lease = new Lease(clock, ttlMs)
    this.#events = ownershipEvents(telemetry.metrics, () => this.#tenants?.held.length ?? 0)
    this.#departures = new Departures(clock)
    for (const each of new Set([kind, ...options.watch])) this.#watch(each)
    this.#tenants = this.#makeTenants()
    this.#part = this.#makePart()
    links.onNoResponders((peer) => this.#suspect(peer))
  }

  async start(): Promise<void> {
    const { clock, heartbeatMs } = this.#options
    void this.#tick()
    while (!this.#ended && [...this.#watched.values()].some(({ view }) => !view.standing)) {
      await new Promise<void>((resolve) => void clock.after(Math.min(heartbeatMs, 20), resolve))
    }
  }

  get current(): boolean {
    return this.#lease.current
  }

  epochOf(partition: number): number {
    return this.#tenants?.epochOf(partition) ?? 0
  }

  heldEpochOf(partition: number): number {
    return this.#tenants?.heldEpochOf(partition) ?? 0
  }

  phaseOf(partition: number): Phase {
    return this.#tenants?.phaseOf(partition) ?? 'none'
  }

  ownerOf(kind: Kind, partition: number): Owner | undefined {
    return this.#watched.get(kind)?.view.ownerOf(partition)
  }

  members(kind: Kind): readonly { readonly instance: InstanceId; readonly rpc: string }[] {
    return this.#watched.get(kind)?.view.members ?? []
  }

  onOwner(kind: Kind, handler: (partition: number, owner: Owner) => void): void {
    this.#need(kind).handlers.push(handler)
  }

  onPhase(handler: (partition: number, phase: Phase) => void): void {
    this.#phaseHandlers.push(handler)
  }

  onDeparture(handler: (instance: InstanceId) => void): void {
    this.#departureHandlers.push(handler)
  }

  refresh(kind: Kind): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return kind === this.kind ? this.#part.beat() : this.#need(kind).reader.run()
  }

  drain(): Promise<void> {
    return this.#part.drain()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { liveState, telemetry, links, heartbeatMs } = this.#options
    const ended = this.#ended
    this.#end()
    this.#part.end()
    if (ended) return
    // Whoever sees that we left refuses what is still on its way.
    await links.settled(heartbeatMs)
    try {
      await liveState.leave(serviceOf[this.kind], this.instance)
    } catch (error) {
      telemetry.log.warn('leave_failed', { error })
    }
  }

  #watch(kind: Kind): void {
    const { links } = this.#options
    const view = new View((instance) => this.#departures.has(instance))
    this.#watched.set(kind, { view, reader: new Repeater(() => this.#read(kind, view)), handlers: [] })
    this.#stopListening.push(links.listen(topicOf(kind), (message) => this.#hear(kind, message)))
  }

  #need(kind: Kind): Watched {
    const watched = this.#watched.get(kind)
    if (!watched) throw new Error(`${serviceOf[this.kind]} doesn't watch ${serviceOf[kind]}`)
    return watched
  }

  #makeTenants(): Tenants | undefined {
    const { tenancy, liveState, clock, links, telemetry, heartbeatMs } = this.#options
    if (!tenancy) return undefined
    return new Tenants({
      tenancy,
      service: serviceOf[this.kind],
      liveState,
      lease: this.#lease,
      clock,
      log: telemetry.log,
      flushed: () => links.settled(heartbeatMs),
      changed: (partition, phase) => {
        for (const handler of this.#phaseHandlers) handler(partition, phase)
      },
      doubt: () => void this.#part.beat(),
    })
  }

  #makePart(): Part {
    const { kind, telemetry, lapsed } = this.#options
    return new Part({
      ...this.#options,
      instance: this.instance,
      log: telemetry.log,
      events: this.#events,
      view: this.#need(kind).view,
      lease: this.#lease,
      tenants: this.#tenants,
      changed: (change, told, askedAt) => this.#changed(kind, change, told, askedAt),
      lapsed: () => {
        this.#end()
        lapsed(this.instance)
      },
    })
  }

  /** One heartbeat and a look at every other service; and again when the next is due. */
  async #tick(): Promise<void> {
    const { clock, heartbeatMs } = this.#options
    if (this.#ended) return
    const began = clock.now()
    for (const [kind, { reader }] of this.#watched) if (kind !== this.kind) void reader.run()
    await this.#part.beat()
    if (this.#ended) return
    const pause = this.#part.answered ? heartbeatMs : Math.min(heartbeatMs, retryMs)
    this.#cancelTimer = clock.after(Math.max(0, began + pause - clock.now()), () => void this.#tick())
  }

  async #read(kind: Kind, view: View): Promise<void> {
    const askedAt = this.#options.clock.now()
    try {
      const standing = await this.#options.liveState.standing(serviceOf[kind])
      if (!this.#ended) this.#changed(kind, view.apply(standing), [], askedAt)
    } catch (error) {
      this.#options.telemetry.log.debug('standing_unreadable', { kind, error })
    }
  }

  #hear(kind: Kind, message: Uint8Array): void {
    const owners = decodeAnnouncement(message)
    const view = this.#watched.get(kind)?.view
    if (!owners || !view || this.#ended) return
    let ours = false
    for (const owner of owners) {
      // What is ours only the store can say; so ask it.
      if (owner.instance === this.instance) ours ||= this.#tenants?.heldEpoch(owner.partition) !== owner.epoch
      else if (view.learn(owner)) this.#tell(kind, owner.partition)
    }
    if (ours && kind === this.kind) void this.#part.beat()
  }

  #changed(kind: Kind, change: ViewChange, told: readonly number[], askedAt: number): void {
    const { links } = this.#options
    const { view } = this.#need(kind)
    const news = told.flatMap((partition) => {
      const owner = view.ownerOf(partition)
      return owner ? [{ partition, ...owner }] : []
    })
    if (news.length > 0) links.announce(topicOf(kind), encodeAnnouncement(news))
    this.#expelReturned(kind, view, change.emptied)
    for (const instance of change.departed) this.#depart(instance)
    for (const partition of change.owners) this.#tell(kind, partition)
    if (!view.standing?.settled) return
    for (const suspect of this.#departures.suspects(serviceOf[kind], askedAt)) {
      if (view.has(suspect)) this.#departures.clear(suspect)
      else this.#depart(suspect)
    }
  }

  /** Whoever was taken for dead has been fenced and forgotten; if a store let it in again, it must learn that. */
  #expelReturned(kind: Kind, view: View, emptied: boolean): void {
    const { liveState, telemetry } = this.#options
    const members = view.standing?.members.map((member) => member.instance) ?? []
    const gone = emptied
      ? this.#departures.recent(serviceOf[kind])
      : members.filter((each) => this.#departures.has(each))
    if (gone.length === 0) return
    telemetry.log.warn('departed_instances_expelled', { peers: gone.length, emptied })
    liveState.expel(serviceOf[kind], gone).catch((error) => telemetry.log.warn('expel_failed', { error }))
  }

  #tell(kind: Kind, partition: number): void {
    const watched = this.#need(kind)
    const owner = watched.view.ownerOf(partition)
    if (owner) for (const handler of watched.handlers) handler(partition, owner)
  }

  #depart(instance: InstanceId): void {
    if (instance === this.instance || !this.#departures.note(instance)) return
    this.#events.departures.add()
    this.#options.telemetry.log.info('instance_departed', { peer: instance })
    this.#options.links.forget(instance)
    for (const handler of this.#departureHandlers) handler(instance)
  }

  /** Nobody listens as `peer`: if it is no member either, it is gone, even if it came and went between two looks. */
  #suspect(peer: InstanceId): void {
    if (this.#ended) return
    for (const [kind] of this.#watched) {
      if (peer.startsWith(`${serviceOf[kind]}-`) && this.#departures.suspect(peer)) void this.refresh(kind)
    }
  }

  #end(): void {
    this.#ended = true
    this.#cancelTimer()
    for (const stop of this.#stopListening.splice(0)) stop()
  }
}

function topicOf(kind: Kind): string {
  return `owners.${kind}`
}
