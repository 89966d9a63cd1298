import type { Stanza } from '@heliograph/stanza'

/** A stanza on its way to another domain. Its sender keeps it, too, until it is told that it was taken. */
export interface Entry {
  readonly stanza: Stanza
  /** By which it is known when it comes again; '' when nothing is known of it. */
  readonly key: string
  /** Those who sent it, and wait to hear that it was taken. */
  readonly taken: (() => void)[]
  /** When it came here, on the monotonic clock. */
  readonly since: number
  /** Streams it was written to. */
  attempts: number
  /** When it was written to the last of them. */
  writtenAt: number
}
