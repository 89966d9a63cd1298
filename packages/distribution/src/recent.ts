import type { Clock } from '@heliograph/ownership'
import type { Shipment } from './shipment.ts'

export interface RecentBounds {
  readonly ageMs: number
  readonly bytes: number
}

const SWEEP_MS = 5_000

/**
 * What all lanes of an instance sent lately, oldest first: an owner of users that dies may have lost it, and its successor is told
 * again. At either bound the oldest goes.
 */
export class Recent implements Disposable {
  readonly #clock: Clock
  readonly #bounds: RecentBounds
  readonly #all = new Map<Shipment, Set<Shipment>>()
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
    this.#all.set(shipment, ring)
    ring.add(shipment)
    this.#bytes += shipment.weight
    this.#trim()
    if (this.#all.size > 0) this.#cancel ??= this.#clock.after(SWEEP_MS, this.#sweep)
  }

  /** A lane ends. */
  forget(ring: Set<Shipment>): void {
    for (const shipment of ring) {
      this.#all.delete(shipment)
      this.#bytes -= shipment.weight
    }
    ring.clear()
  }

  [Symbol.dispose](): void {
    this.#cancel?.()
  }

  readonly #sweep = (): void => {
    this.#cancel = undefined
    this.#trim()
    if (this.#all.size > 0) this.#cancel = this.#clock.after(SWEEP_MS, this.#sweep)
  }

  #trim(): void {
    const tooOld = this.#clock.now() - this.#bounds.ageMs
    for (const [shipment, ring] of this.#all) {
      if (shipment.at >= tooOld && this.#bytes <= this.#bounds.bytes) return
      this.#all.delete(shipment)
      ring.delete(shipment)
      this.#bytes -= shipment.weight
    }
  }
}
