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
  /** Resolves when all that was added and removed is written. */
  flushed(): Promise<void>
}
