import type { InstanceId } from '@heliograph/bus'
import type { Audience } from './audience.ts'
import type { Bagged } from './bag.ts'
import type { Parcel } from './parcel.ts'

/** A parcel on its way, and how many of its destinations have not taken it. */
export class Shipment {
  readonly parcel: Parcel
  readonly audience: Audience
  /** When it was sent, monotonic milliseconds, and what it costs to remember it. */
  readonly at: number
  readonly weight: number
  readonly #taken: (() => void) | undefined
  #pending = 0
  #told = false

  constructor(
    parcel: Parcel,
    audience: Audience,
    { at, weight, taken }: { readonly at: number; readonly weight: number; readonly taken: (() => void) | undefined },
  ) {
    this.parcel = parcel
    this.audience = audience
    this.at = at
    this.weight = weight
    this.#taken = taken
  }

  /** A destination more. True when there was none. */
  hold(): boolean {
    return this.#pending++ === 0
  }

  /** A destination less. True when there is none left. */
  release(): boolean {
    return --this.#pending === 0
  }

  /** Tells whoever sent it, once. */
  tell(): void {
    if (this.#told) return
    this.#told = true
    this.#taken?.()
  }
}

/** One envelope to an instance that has not answered. */
export interface Cast extends Bagged {
  readonly to: InstanceId
  readonly shipment: Shipment
  /** Partitions of its recipients. */
  readonly covers: ReadonlySet<number>
}
