import type { Clock } from '@heliograph/ownership'
import type { Shipment } from './shipment.ts'

export interface RecentBounds {
  readonly ageMs: number
  readonly bytes: number
}

const SWEEP_MS = 5_000
/** So many that are gone are moved over at once. */
const SLACK = 1_024

interface Kept {
  /** Undefined once it is forgotten: what is large isn't held for its place in the row. */
  shipment: Shipment | undefined
  readonly ring: Ring
}

/** What is remembered of one lane, oldest first. */
export type Ring = Map<Shipment, Kept>

/**
 * What all lanes of an instance sent lately, oldest first: an owner of users that dies may have lost it, and its successor is told
 * again. At either bound the oldest goes.
 */
export class Recent implements Disposable {
  readonly #clock: Clock
  readonly #bounds: RecentBounds
  #all: Kept[] = []
  /** In `#all`: the oldest. */
  #first = 0
  #bytes = 0
  #cancel: (() => void) | undefined

  constructor(bounds: RecentBounds, clock: Clock) {
    this.#bounds = bounds
    this.#clock = clock
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Into `ring` as well, and out of it with it. */
  add(shipment: Shipment, ring: Ring): void {
    const kept = { shipment, ring }
    this.#all.push(kept)
    ring.set(shipment, kept)
    this.#bytes += shipment.weight
    this.#trim()
    this.#sweepLater()
  }

  /** A lane ends. */
  forget(ring: Ring): void {
    for (const [shipment, kept] of ring) this.#drop(shipment, kept)
  }

  [Symbol.dispose](): void {
    this.#cancel?.()
  }

  readonly #sweep = (): void => {
    this.#cancel = undefined
    this.#trim()
    this.#sweepLater()
  }

  #sweepLater(): void {
    if (this.#first < this.#all.length) this.#cancel ??= this.#clock.after(SWEEP_MS, this.#sweep)
  }

  #drop(shipment: Shipment, kept: Kept): void {
    kept.ring.delete(shipment)
    kept.shipment = undefined
    this.#bytes -= shipment.weight
  }

  #trim(): void {
    const tooOld = this.#clock.now() - this.#bounds.ageMs
    while (this.#first < this.#all.length) {
      const kept = this.#all[this.#first]!
      const { shipment } = kept
      if (shipment !== undefined) {
        if (shipment.at >= tooOld && this.#bytes <= this.#bounds.bytes) break
        this.#drop(shipment, kept)
      }
      this.#first++
    }
    if (this.#first < SLACK && this.#first < this.#all.length) return
    this.#all.splice(0, this.#first)
    this.#first = 0
  }
}
