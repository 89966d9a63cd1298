import type { Owner } from '@heliograph/ownership'
import type { Shipment } from './shipment.ts'

/** What waits for recipients in one partition. */
export interface Waiting {
  readonly shipment: Shipment
  readonly recipients: readonly string[]
}

const PACE_MS = 50
const LONGEST_PACE_MS = 500

/** The way of one lane to one partition of users while it isn't clear: nothing may overtake what waits. */
export class Way {
  /** By sequence. */
  #waiting: Waiting[] = []
  /** A new owner has to be told again what its predecessor may have lost. */
  repeats = false
  /** Its owner refused: one parcel goes ahead, the others follow when that is taken. */
  probes = false
  #refusedBy: Owner | undefined
  #retryAt = 0
  #pace = 0

  get length(): number {
    return this.#waiting.length
  }

  /** Mostly at the end; what came back goes where it was. Of the same parcel one is enough. */
  insert(entry: Waiting): boolean {
    const { sequence } = entry.shipment.parcel
    let at = this.#waiting.length
    while (at > 0 && this.#waiting[at - 1]!.shipment.parcel.sequence > sequence) at--
    if (this.#waiting[at - 1]?.shipment === entry.shipment) {
      this.#waiting[at - 1] = merged(this.#waiting[at - 1]!, entry)
      return false
    }
    this.#waiting.splice(at, 0, entry)
    return true
  }

  shift(): Waiting | undefined {
    return this.#waiting.shift()
  }

  drain(): Waiting[] {
    const all = this.#waiting
    this.#waiting = []
    return all
  }

  refused(by: Owner | undefined, now: number): void {
    const again = this.#refusedBy?.epoch === by?.epoch && now - this.#retryAt < LONGEST_PACE_MS
    this.#pace = again ? Math.min(2 * this.#pace, LONGEST_PACE_MS) : PACE_MS
    this.#refusedBy = by
    this.#retryAt = now + this.#pace
    this.probes = true
  }

  /** Whoever refused a moment ago isn't asked again at once. */
  isPaced(owner: Owner, now: number): boolean {
    return this.#refusedBy?.epoch === owner.epoch && now < this.#retryAt
  }
}

function merged(known: Waiting, more: Waiting): Waiting {
  return { shipment: known.shipment, recipients: [...new Set([...known.recipients, ...more.recipients])] }
}
