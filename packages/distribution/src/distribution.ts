import { type Clock, type Hosts, type Ownership, type Router, systemClock } from '@heliograph/ownership'
import type { Metrics } from '@heliograph/telemetry'
import { type DistributionEvents, distributionEvents } from './events.ts'
import { Lane } from './lane.ts'
import type { Source } from './parcel.ts'
import { Recent, type Ring } from './recent.ts'
import { Routes } from './routes.ts'

export interface DistributionOptions {
  readonly router: Pick<Router, 'multicast' | 'transfer'>
  /** Watches `Kind.user`. */
  readonly ownership: Pick<Ownership, 'ownerOf' | 'onOwner' | 'refresh' | 'heldEpochOf'>
  readonly hosts: Pick<Hosts, 'kindOf'>
  readonly metrics: Metrics
  readonly bounds?: {
    /** What was sent is remembered for so long, to be repeated to new owners. Default 30 000. */
    readonly recentMs?: number
    /** Of all lanes together. Default 64 MiB. */
    readonly recentBytes?: number
    /** Parcels of one lane that wait for one partition; then the oldest is dropped. Default 2048. */
    readonly waiting?: number
  }
  /** For tests. */
  readonly clock?: Clock
}

/** What the lanes of an instance share. */
export interface LaneContext {
  readonly router: DistributionOptions['router']
  readonly ownership: DistributionOptions['ownership']
  readonly hosts: DistributionOptions['hosts']
  readonly clock: Clock
  readonly events: DistributionEvents
  readonly routes: Routes
  readonly recent: Recent
  readonly mostWaiting: number
  /** Something for the partition came back. */
  refused(partition: number): void
  /** Has `lane.advance` called at the end of this turn, and again while it is stuck. */
  advanceSoon(lane: Lane): void
  leave(lane: Lane, recent: Ring): void
}

const STUCK_MS = 50

/** Distribution from sources that this instance owns. Make it before ownership starts; one for all sources. */
export class Distribution implements Disposable {
  readonly #lanes = new Set<Lane>()
  readonly #stuck = new Set<Lane>()
  readonly #context: LaneContext
  #scheduled = false
  #cancel: (() => void) | undefined
  #ended = false

  constructor(options: DistributionOptions) {
    const { router, ownership, hosts, metrics, bounds = {}, clock = systemClock } = options
    const { recentMs = 30_000, recentBytes = 64 << 20, waiting = 2048 } = bounds
    const routes = new Routes(ownership, {
      rerouted: (partition) => {
        for (const lane of this.#lanes) lane.rerouted(partition)
      },
      changed: () => this.#advanceStuck(),
    })
    const recent = new Recent({ ageMs: recentMs, bytes: recentBytes }, clock)
    const sum = (of: (lane: Lane) => number) => () => {
      let all = 0
      for (const lane of this.#lanes) all += of(lane)
      return all
    }
    const events = distributionEvents(metrics, {
      outstanding: sum((lane) => lane.outstanding),
      waiting: sum((lane) => lane.waiting),
      recent: () => recent.bytes,
    })
    this.#context = {
      ...{ router, ownership, hosts, clock, events, routes, recent, mostWaiting: waiting },
      refused: (partition) => this.#refused(partition),
      advanceSoon: (lane) => this.#advanceSoon(lane),
      leave: (lane, sent) => this.#leave(lane, sent),
    }
  }

  /** The one lane of a source, until it is disposed. */
  lane(source: Source): Lane {
    const lane = new Lane(source, this.#context)
    this.#lanes.add(lane)
    return lane
  }

  /** What is remembered of parcels sent lately. */
  get recentBytes(): number {
    return this.#context.recent.bytes
  }

  [Symbol.dispose](): void {
    this.#ended = true
    this.#cancel?.()
    this.#context.recent[Symbol.dispose]()
  }

  #refused(partition: number): void {
    if (this.#context.routes.refused(partition)) for (const lane of this.#lanes) lane.suspect(partition)
  }

  #leave(lane: Lane, sent: Ring): void {
    this.#lanes.delete(lane)
    this.#stuck.delete(lane)
    this.#context.recent.forget(sent)
  }

  #advanceSoon(lane: Lane): void {
    this.#stuck.add(lane)
    this.#advanceStuck()
  }

  #advanceStuck(): void {
    if (this.#scheduled || this.#stuck.size === 0) return
    this.#scheduled = true
    this.#context.clock.turn(this.#advance)
  }

  readonly #advance = (): void => {
    this.#scheduled = false
    if (this.#ended) return
    let lost = false
    for (const lane of this.#stuck) {
      if (lane.advance()) lost = true
      if (!lane.isStuck) this.#stuck.delete(lane)
    }
    if (lost) this.#cancel ??= this.#context.clock.after(STUCK_MS, this.#lookAgain)
  }

  readonly #lookAgain = (): void => {
    this.#cancel = undefined
    this.#context.routes.look()
    this.#advanceStuck()
  }
}
