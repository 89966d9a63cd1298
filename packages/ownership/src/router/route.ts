import type { Envelope, Kind } from '@heliograph/bus'
import type { Owner } from '../ownership.ts'
import type { Outcome } from './router.ts'

/** One envelope on its way to an owner: kept until its receipt, or, without `settle`, until it is sent. */
export class Entry {
  envelope: Envelope
  readonly settle: ((outcome: Outcome) => void) | undefined
  readonly route: Route
  prev: Entry | undefined = undefined
  next: Entry | undefined = undefined
  /** It was given to an owner believed to live: it may be in custody, so it can't be bounced any more. */
  handed = false
  /** When it began to wait. */
  since = 0

  constructor(route: Route, envelope: Envelope, settle: ((outcome: Outcome) => void) | undefined) {
    this.route = route
    this.envelope = envelope
    this.settle = settle
  }
}

/** The way to the owner of one partition, with everything that isn't settled on it, oldest first. */
export class Route {
  readonly kind: Kind
  readonly partition: number
  owner: Owner | undefined = undefined
  attempt = 0
  /** Who refused last, when that one is tried again, and how long that was put off. */
  refusedBy: Owner | undefined = undefined
  retryAt = 0
  pace = 0
  /** It led somewhere once, and is to be opened again although nothing may be waiting. */
  broken = false
  /** `onRoute` handlers run: what they send goes before `unsent`. */
  opening = false
  /** The first entry not yet sent on this attempt; what is before it was. */
  unsent: Entry | undefined = undefined
  head: Entry | undefined = undefined
  size = 0
  #tail: Entry | undefined = undefined

  constructor(kind: Kind, partition: number) {
    this.kind = kind
    this.partition = partition
  }

  append(entry: Entry): void {
    entry.prev = this.#tail
    if (this.#tail) this.#tail.next = entry
    else this.head = entry
    this.#tail = entry
    this.size++
  }

  insertBefore(anchor: Entry | undefined, entry: Entry): void {
    if (!anchor) {
      this.append(entry)
      return
    }
    entry.prev = anchor.prev
    entry.next = anchor
    if (anchor.prev) anchor.prev.next = entry
    else this.head = entry
    anchor.prev = entry
    this.size++
  }

  remove(entry: Entry): void {
    if (this.unsent === entry) this.unsent = entry.next
    if (entry.prev) entry.prev.next = entry.next
    else this.head = entry.next
    if (entry.next) entry.next.prev = entry.prev
    else this.#tail = entry.prev
    entry.prev = undefined
    entry.next = undefined
    this.size--
  }
}
