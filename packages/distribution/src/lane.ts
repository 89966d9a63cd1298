import { Envelope, Haste, type InstanceId, Kind, Op } from '@heliograph/bus'
import { domainOf } from '@heliograph/jid'
import { forDomain } from '@heliograph/multicast'
import { pairKey, partitionOf } from '@heliograph/ownership'
import { type Audience, byPartitionOf, type Share } from './audience.ts'
import { Audiences } from './audiences.ts'
import { Bag } from './bag.ts'
import type { LaneContext } from './distribution.ts'
import type { Parcel, Source } from './parcel.ts'
import type { Ring } from './recent.ts'
import { type Cast, Shipment } from './shipment.ts'
import { type Waiting, Way } from './way.ts'

/** What an entry costs beside its stanza, and beside each recipient's place in a list. */
const ENTRY_BYTES = 256
const RECIPIENT_BYTES = 16

/**
 * Brings the parcels of one source to the owners of their recipients: one envelope a destination instance, and one
 * another domain. Each recipient's owner gets every parcel at least once, and those of one recipient in the order of their sequences, but for
 * repetitions, which `Marks` recognise. That holds while owners change, die and refuse: what is sent meanwhile waits, and a new owner is
 * told again what its predecessor may have lost.
 */
export class Lane implements Disposable {
  readonly source: Source
  readonly #partition: number
  readonly #context: LaneContext
  /** Unanswered. */
  readonly #casts = new Bag<Cast>()
  /** Partitions that nothing may be sent to at once. */
  readonly #blocked = new Map<number, Way>()
  readonly #recent: Ring = new Map()
  readonly #audiences: Audiences
  #last = 0
  #outstanding = 0
  #idle: (() => void)[] = []

  /** Made by `Distribution.lane`. */
  constructor(source: Source, context: LaneContext) {
    this.source = source
    this.#partition = source.partition ?? partitionOf(source.key)
    this.#context = context
    this.#audiences = new Audiences(context.hosts)
  }

  /** Parcels that not every destination has taken. */
  get outstanding(): number {
    return this.#outstanding
  }

  /** Of parcels and partitions, how many wait for the way to be clear. */
  get waiting(): number {
    let all = 0
    for (const way of this.#blocked.values()) all += way.length
    return all
  }

  /**
   * Sends a parcel after all that were sent before. `taken` is called once, when every destination has taken it or was given up: at once
   * for a parcel to nobody, else later. @throws RangeError when the sequence doesn't grow
   */
  send(parcel: Parcel, taken?: () => void): void {
    if (parcel.sequence <= this.#last) throw new RangeError(`sequence ${parcel.sequence} after ${this.#last}`)
    this.#last = parcel.sequence
    const { clock, recent, events } = this.#context
    const known = this.#audiences.find(parcel.recipients)
    const audience = known ?? this.#audiences.make(parcel.recipients)
    const listed = known ? 0 : parcel.recipients.length * RECIPIENT_BYTES
    const weight = parcel.stanza.payload.length + ENTRY_BYTES + listed
    const shipment = new Shipment(parcel, audience, { at: clock.now(), weight, taken })
    events.parcels.add()
    this.#hold(shipment)
    this.#ship(shipment)
    this.#sendAway(shipment)
    if (audience.byPartition.size > 0) recent.add(shipment, this.#recent)
    this.#release(shipment)
  }

  /** What a former owner of the source may not have brought to everyone, by sequence, before anything newer. */
  replay(parcels: Iterable<Parcel>): void {
    for (const parcel of parcels) this.send(parcel)
  }

  /** Resolves when nothing is outstanding. */
  settled(): Promise<void> {
    if (this.#outstanding === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** The source isn't this instance's any more, or is no more: nothing more is sent or told. */
  [Symbol.dispose](): void {
    this.#casts.clear()
    this.#blocked.clear()
    this.#context.leave(this, this.#recent)
  }

  /** A partition of users has a new owner, who knows only what its predecessor could tell it. */
  rerouted(partition: number): void {
    const way = this.#blocked.get(partition)
    if (!way && !this.#isUnderWay(partition) && !this.#hasSentLately(partition)) return
    const repeating = way ?? this.#block(partition)
    repeating.repeats = true
    repeating.probes = true
    this.#context.advanceSoon(this)
  }

  /** Something for the partition was refused: what follows waits until all that is under way there is answered. */
  suspect(partition: number): void {
    if (!this.#blocked.has(partition) && this.#isUnderWay(partition)) this.#block(partition)
  }

  /** Sends what waits where the way is clear. True when something waits for an owner. */
  advance(): boolean {
    const { routes, clock } = this.#context
    const now = clock.now()
    const ready = new Map<InstanceId, [partition: number, way: Way][]>()
    let lost = false
    for (const [partition, way] of this.#blocked) {
      if (this.#isUnderWay(partition)) continue
      const owner = routes.ownerOf(partition)
      if (!owner || way.isPaced(owner, now)) {
        lost = true
        continue
      }
      const ways = ready.get(owner.instance)
      if (ways) ways.push([partition, way])
      else ready.set(owner.instance, [[partition, way]])
    }
    for (const [to, ways] of ready) this.#flush(to, ways)
    return lost
  }

  get isStuck(): boolean {
    return this.#blocked.size > 0
  }

  #ship(shipment: Shipment): void {
    const { audience } = shipment
    const { shares, unowned } = audience.placed(this.#context.routes)
    for (const share of shares) this.#cast(share.to, this.#clear(share, shipment), shipment)
    for (const partition of unowned) this.#wait(partition, audience.byPartition.get(partition)!, shipment)
    if (unowned.length > 0) this.#context.advanceSoon(this)
  }

  /** What of a share may go now; the rest waits. */
  #clear(share: Share, shipment: Shipment): Omit<Share, 'to'> {
    if (this.#blocked.size === 0) return share
    const recipients: string[] = []
    const partitions = new Set<number>()
    for (const partition of share.partitions) {
      const those = shipment.audience.byPartition.get(partition)!
      if (this.#blocked.has(partition)) this.#wait(partition, those, shipment)
      else {
        partitions.add(partition)
        recipients.push(...those)
      }
    }
    return { recipients, partitions }
  }

  #wait(partition: number, recipients: readonly string[], shipment: Shipment): void {
    const way = this.#blocked.get(partition) ?? this.#block(partition)
    if (!way.insert({ shipment, recipients })) return
    this.#hold(shipment)
    if (way.length <= this.#context.mostWaiting) return
    this.#context.events.dropped.add()
    this.#release(way.shift()!.shipment)
  }

  #block(partition: number): Way {
    const way = new Way()
    this.#blocked.set(partition, way)
    return way
  }

  #isUnderWay(partition: number): boolean {
    for (const { covers } of this.#casts) if (covers.has(partition)) return true
    return false
  }

  #hasSentLately(partition: number): boolean {
    let last: Audience | undefined
    for (const { audience } of this.#recent.keys()) {
      if (audience !== last && audience.byPartition.has(partition)) return true
      last = audience
    }
    return false
  }

  /** One envelope a parcel, for all these ways, which lead to the same instance. */
  #flush(to: InstanceId, ways: readonly (readonly [partition: number, way: Way])[]): void {
    const out = new Map<Shipment, { recipients: string[]; partitions: Set<number> }>()
    const add = (partition: number, { shipment, recipients }: Waiting) => {
      const those = out.get(shipment) ?? { recipients: [], partitions: new Set<number>() }
      out.set(shipment, those)
      those.partitions.add(partition)
      those.recipients.push(...recipients)
    }
    let entries = 0
    for (const [partition, way] of ways) {
      if (way.repeats) this.#repeat(partition, way)
      const going = way.probes ? [way.shift()].filter((entry) => entry !== undefined) : way.drain()
      // One that probes stays: what follows is sent when this is taken.
      if (!way.probes || going.length === 0) this.#blocked.delete(partition)
      for (const entry of going) add(partition, entry)
      entries += going.length
    }
    if (entries === 0) return
    const inOrder = [...out].sort(([a], [b]) => a.parcel.sequence - b.parcel.sequence)
    for (const [shipment, those] of inOrder) {
      this.#cast(to, those, shipment)
      // Each entry that waited held it.
      for (let i = 0; i < those.partitions.size; i++) this.#release(shipment)
    }
  }

  #repeat(partition: number, way: Way): void {
    way.repeats = false
    for (const shipment of this.#recent.keys()) {
      const recipients = shipment.audience.byPartition.get(partition)
      if (recipients === undefined || !way.insert({ shipment, recipients })) continue
      this.#hold(shipment)
      this.#context.events.repeated.add()
    }
  }

  #cast(to: InstanceId, { recipients, partitions }: Omit<Share, 'to'>, shipment: Shipment): void {
    if (recipients.length === 0) return
    const { parcel } = shipment
    const envelope = this.#envelope(Op.multicast, parcel)
    this.#hold(shipment)
    // The source is another's, and so is what becomes of this.
    if (envelope.epoch === 0) return
    const { router, routes, events } = this.#context
    const cast: Cast = { to, shipment, covers: partitions, at: -1 }
    envelope.stanza = parcel.stanza
    envelope.recipients = recipients
    envelope.ids = routes.introduce(partitions)
    this.#casts.add(cast)
    events.envelopes.add()
    router.multicast(to, envelope, (strays) => this.#answered(cast, strays))
  }

  #answered(cast: Cast, strays: readonly string[]): void {
    if (!this.#casts.delete(cast)) return
    if (this.#blocked.size > 0) for (const partition of cast.covers) this.#reached(partition)
    if (strays.length > 0) this.#takeBack(cast, strays)
    this.#release(cast.shipment)
    if (this.#blocked.size > 0) this.#context.advanceSoon(this)
  }

  #reached(partition: number): void {
    const way = this.#blocked.get(partition)
    if (way && !way.repeats) way.probes = false
  }

  #takeBack(cast: Cast, strays: readonly string[]): void {
    const { routes, clock, events } = this.#context
    events.strays.add(strays.length)
    const now = clock.now()
    for (const [partition, recipients] of byPartitionOf(strays)) {
      this.#context.refused(partition)
      this.#wait(partition, recipients, cast.shipment)
      const owner = routes.ownerOf(partition)
      this.#blocked.get(partition)?.refused(owner?.instance === cast.to ? owner : undefined, now)
    }
  }

  #sendAway(shipment: Shipment): void {
    const { audience, parcel } = shipment
    for (const [domain, recipients] of audience.byDomain)
      for (const part of forDomain(parcel.stanza, recipients)) {
        const envelope = Object.assign(this.#envelope(Op.route, parcel), part)
        this.#hold(shipment)
        const pair = pairKey(domainOf(parcel.stanza.from!), domain)
        this.#context.router.transfer(Kind.domain, pair, envelope, () => this.#release(shipment))
      }
  }

  #envelope(op: Op, { sequence, trace = '', haste = Haste.turn }: Parcel): Envelope {
    const { kind, key } = this.source
    const envelope = new Envelope(op)
    envelope.emitterKind = kind
    envelope.emitterPartition = this.#partition
    envelope.epoch = this.#context.ownership.heldEpochOf(this.#partition)
    envelope.stream = key
    envelope.count = sequence
    envelope.trace = trace
    envelope.haste = haste
    return envelope
  }

  #hold(shipment: Shipment): void {
    if (shipment.hold()) this.#outstanding++
  }

  #release(shipment: Shipment): void {
    if (!shipment.release()) return
    this.#outstanding--
    shipment.tell()
    if (this.#outstanding > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
