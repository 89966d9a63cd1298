import type { IdClock } from '@heliograph/archive'
import { type Entry, entryOf } from '../pairs/entry.ts'
import type { Backlog, Fate, Place, QueueStore } from './queue-store.ts'

/** Of one pair. */
const MOST_BYTES = 67_108_864
const REMEMBERED = 4_096

/** What all pairs of an instance keep their stanzas by. */
export interface Keeping {
  readonly store: QueueStore
  readonly clock: IdClock
  readonly mostStanzas: number
}

/** What is kept of one pair in the database: the part of its queue that is older than what it has in memory. */
export class Spool {
  readonly #keeping: Keeping
  readonly #place: Place
  /** Keys of what was read: that of another owner may have come to us as well. */
  readonly #read = new Set<string>()
  /** Of what is neither in memory nor taken: after this and up to that. */
  #after = 0
  #upTo = 0
  #last = 0
  #known = false
  #reading = false
  /** In the database, or on the way there. */
  stanzas = 0
  #bytes = 0
  /** When the oldest that isn't in memory was taken, in microseconds; 0: unknown, or there is none. */
  #oldest = 0

  constructor(keeping: Keeping, place: Place) {
    this.#keeping = keeping
    this.#place = place
  }

  /** Whether it is known what former owners left. Nothing may be sent before. */
  get isKnown(): boolean {
    return this.#known
  }

  /** Whether there is something that isn't in memory. */
  get hasMore(): boolean {
    return this.#upTo > this.#after
  }

  get oldest(): number {
    return this.#oldest
  }

  /** What former owners left, if anything. */
  found(backlog: Backlog | undefined): void {
    this.#known = true
    if (backlog === undefined) return
    this.stanzas += backlog.stanzas
    this.#bytes += backlog.bytes
    this.#oldest = backlog.first
    this.#after = backlog.first - 1
    this.#upTo = backlog.last
    this.#last = Math.max(this.#last, backlog.last)
  }

  hasRoomFor({ bytes }: Entry): boolean {
    return this.stanzas < this.#keeping.mostStanzas && this.#bytes + bytes <= MOST_BYTES
  }

  /** Gives it its place and has it stored. False when that isn't possible now. */
  store(entry: Entry, told: (fate: Fate) => void): boolean {
    if (!this.#known) return false
    const seq = this.#keeping.clock.next(this.#last)
    if (!this.#keeping.store.add(this.#place, { seq, key: entry.key, stanza: entry.stanza }, told)) return false
    this.#last = seq
    entry.seq = seq
    this.stanzas++
    this.#bytes += entry.bytes
    return true
  }

  /** What is stored needn't be in memory meanwhile. All that came before it isn't either. */
  release({ seq }: Entry): void {
    if (!this.hasMore) {
      this.#after = seq - 1
      this.#oldest = seq
    }
    this.#upTo = seq
  }

  /** It is taken, or has come back. */
  remove({ seq, bytes }: Entry): void {
    this.#keeping.store.remove(this.#place, seq)
    this.#forget(bytes)
  }

  /** It was never stored. */
  refused(entry: Entry): void {
    entry.seq = 0
    this.#forget(entry.bytes)
  }

  /** The next of what isn't in memory; none while they are being read, or can't be. */
  async next(): Promise<Entry[]> {
    if (this.#reading || !this.hasMore) return []
    this.#reading = true
    try {
      const upTo = this.#upTo
      const rows = await this.#keeping.store.page(this.#place, { after: this.#after, upTo })
      this.#after = rows.at(-1)?.seq ?? upTo
      this.#oldest = this.#after + 1
      return rows.flatMap(({ stanza, key, seq }) =>
        this.#fresh(Object.assign(entryOf(stanza, key), { seq, isStored: true })),
      )
    } finally {
      this.#reading = false
    }
  }

  #fresh(entry: Entry): Entry[] {
    if (entry.key !== '' && this.#read.has(entry.key)) {
      this.remove(entry)
      return []
    }
    this.#read.add(entry.key)
    if (this.#read.size > REMEMBERED) for (const oldest of this.#read.values().take(1)) this.#read.delete(oldest)
    return [entry]
  }

  #forget(bytes: number): void {
    this.stanzas--
    this.#bytes -= bytes
  }
}
