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
  readonly shipment: Shipment
  /** Of its lane; without it once the lane has ended. */
  readonly ring: Set<Shipment>
}

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
  add(shipment: Shipment, ring: Set<Shipment>): void {
    this.#all.push({ shipment, ring })
    ring.add(shipment)
    this.#bytes += shipment.weight
    this.#trim()
    this.#sweepLater()
  }

  /** A lane ends. */
  forget(ring: Set<Shipment>): void {
    for (const shipment of ring) this.#bytes -= shipment.weight
    ring.clear()
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

  #trim(): void {
    const tooOld = this.#clock.now() - this.#bounds.ageMs
    while (this.#first < this.#all.length) {
      const { shipment, ring } = this.#all[this.#first]!
      if (ring.has(shipment)) {
        if (shipment.at >= tooOld && this.#bytes <= this.#bounds.bytes) break
        ring.delete(shipment)
        this.#bytes -= shipment.weight
      }
      this.#first++
    }
    if (this.#first < SLACK && this.#first < this.#all.length) return
    this.#all.splice(0, this.#first)
    this.#first = 0
  }
}
