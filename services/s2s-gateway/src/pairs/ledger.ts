import { ahead, counted, type Management } from '../streams/management.ts'
import type { Entry } from './entry.ts'

/** Written and not acknowledged: past this nothing more is written. */
const MOST_UNACKNOWLEDGED = { stanzas: 1_000, bytes: 1_048_576 }
/** A peer that answers may handle a stanza for so many times as long as one that doesn't. */
const MOST_TAKES = 10

/** What was written on one stream and isn't taken yet, in order. */
export class Ledger {
  /** Undefined where the peer acknowledges nothing: it has what the kernel has. */
  readonly management: Management | undefined
  readonly written: Entry[] = []
  #bytes = 0
  /** As the peer counts. */
  #sent: number
  #acknowledged: number
  #heardAt = 0
  /** The peer was asked, and hasn't answered. */
  isAsked = false

  constructor(management?: Management) {
    this.management = management
    this.#sent = management?.isResumed ? (management.h ?? 0) : 0
    this.#acknowledged = this.#sent
  }

  get isFull(): boolean {
    if (this.management === undefined) return false
    return this.written.length >= MOST_UNACKNOWLEDGED.stanzas || this.#bytes >= MOST_UNACKNOWLEDGED.bytes
  }

  /** These went in one stanza. */
  wrote(entries: readonly Entry[]): void {
    this.#sent = counted(1, this.#sent)
    const mark = { id: this.management?.id, count: this.#sent }
    for (const entry of entries) {
      entry.mark = mark
      this.written.push(entry)
      this.#bytes += entry.bytes
    }
  }

  /** Whether the peer has said nothing for too long, or has had the oldest for much longer. */
  isLate({ writtenAt }: Entry, now: number, takeMs: number): boolean {
    return now - Math.max(writtenAt, this.#heardAt) > takeMs || now - writtenAt > takeMs * MOST_TAKES
  }

  /** The kernel has the oldest stanza. */
  confirmed(): Entry[] {
    const mark = this.written[0]?.mark
    return this.#take((entry) => entry.mark === mark)
  }

  /** The peer has handled all up to `h`. Undefined: it can't have. */
  acknowledged(h: number): Entry[] | undefined {
    const before = this.#acknowledged
    const count = ahead(h, before)
    if (count > ahead(this.#sent, before)) return undefined
    this.#acknowledged = h
    this.#heardAt = performance.now()
    this.isAsked = false
    return this.#take(({ mark }) => ahead(mark!.count, before) <= count)
  }

  #take(isTaken: (entry: Entry) => boolean): Entry[] {
    const rest = this.written.findIndex((entry) => !isTaken(entry))
    const taken = this.written.splice(0, rest < 0 ? this.written.length : rest)
    for (const { bytes } of taken) this.#bytes -= bytes
    return taken
  }
}
