import type { Stanza } from '@heliograph/stanza'

const MOST_ATTEMPTS = { inMemory: 3, stored: 10 }

/** A stanza on its way to another domain. Its sender keeps it, too, until it is told that it was taken. */
export interface Entry {
  readonly stanza: Stanza
  /** What it says to several at once, each of whom has an entry. */
  readonly group?: Group | undefined
  /** By which it is known when it comes again; '' when nothing is known of it. */
  readonly key: string
  /** Those who sent it, and wait to hear that it was taken. */
  readonly taken: (() => void)[]
  /** When it came here, on the monotonic clock. */
  readonly since: number
  /** Of its payload. */
  readonly bytes: number
  /** What it has of the room for what waits, in bytes. */
  share: number
  /** Streams it was written to. */
  attempts: number
  /** When it was written to the last of them. */
  writtenAt: number
  /** Where it was written last. */
  mark?: Mark
  /** Its place in what outlives us; 0: it has none. */
  seq: number
  /** Whether it does outlive us: then nobody else keeps it. */
  isStored: boolean
  /** It was taken, or came back. */
  isOver: boolean
  /** The database doesn't take it. */
  isRefused: boolean
}

/** A stream, by its id if it may be resumed, and a place among what was written there, as the other server counts. */
export interface Mark {
  readonly id: string | undefined
  readonly count: number
}

export interface Group {
  /** Without `to`. */
  readonly stanza: Stanza
}

export function entryOf(stanza: Stanza, key: string, ...taken: (() => void)[]): Entry {
  return {
    ...{ stanza, key, taken, since: performance.now(), bytes: stanza.payload.length },
    ...{ share: 0, attempts: 0, writtenAt: 0 },
    ...{ seq: 0, isStored: false, isOver: false, isRefused: false },
  }
}

/** Whether it ended every stream it was written to: then it is given up. One that outlives us is tried more often, as it may be the streams' fault. */
export function isTriedEnough({ attempts, seq }: Entry): boolean {
  return attempts >= MOST_ATTEMPTS[seq === 0 ? 'inMemory' : 'stored']
}

export function tellSenders({ taken }: Entry): void {
  for (const tell of taken.splice(0)) tell()
}
