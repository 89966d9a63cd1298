import type { Stanza } from '@heliograph/stanza'

/** Whose order a stanza has a place in. */
export interface Place {
  readonly partition: number
  /** Its key. */
  readonly pair: string
}

/** A stanza for another server that is kept until that takes it, or its time is up. */
export interface Kept {
  /** Its place in the pair's order; in microseconds, when it was taken. */
  readonly seq: number
  /** By what it is known when it comes again. */
  readonly key: string
  readonly stanza: Stanza
}

/** What is kept for a pair. */
export interface Backlog {
  readonly pair: string
  readonly stanzas: number
  readonly bytes: number
  readonly first: number
  readonly last: number
}

/** What an owner wrote on a stream that may be resumed, and doesn't know to be taken: its next owner asks by that what the other server has (XEP-0198 §5). */
export interface Trail {
  /** By which that stream may be resumed; '' when there is none. */
  readonly stream: string
  /** By what each is known when it comes again, and how the other server counts it. */
  readonly written: readonly (readonly [key: string, count: number])[]
  /** What was taken lately: who sent it may not have heard that yet. */
  readonly taken: readonly string[]
}

/** `stored`: it outlives us. `refused`: it never will. `lost`: nobody may act on it here any more. */
export type Fate = 'stored' | 'refused' | 'lost'

/** What is kept for other servers, so that it outlives instances. Rows are written in the order of the calls. */
export interface QueueStore {
  /** False when there is no room: nothing was added, and `told` isn't called; else it is, once. */
  add(place: Place, kept: Kept, told: (fate: Fate) => void): boolean
  /** Soon. What isn't removed when an instance dies is there again. */
  remove(place: Place, seq: number): void
  /** All pairs of a partition for which something is kept. @throws while the database is away */
  backlogs(partition: number): Promise<readonly Backlog[]>
  /** The oldest that come after one and not after another. @throws while the database is away */
  page(place: Place, range: { readonly after: number; readonly upTo: number }): Promise<readonly Kept[]>
  /** For a pair's next owner, in place of what was noted of it before; undefined: nothing. `noted` is called when it is stored, unless something else is to be noted by then. */
  note(place: Place, trail: Trail | undefined, noted?: () => void): void
  /** What is noted of a partition's pairs. @throws while the database is away */
  trails(partition: number): Promise<ReadonlyMap<string, Trail>>
  /** Resolves when all that was added, removed and noted is written. */
  flushed(): Promise<void>
}
