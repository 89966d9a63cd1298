import { NS } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import type { Managed } from './managed.ts'

export const requestText = Buffer.from(`<r xmlns='${NS.streamManagement}'/>`)

/**
 * Whether an `<r/>` goes out with the present write: once enough stanzas, bytes or time have gone by since the last one (XEP-0198 §4,
 * "Efficient Acking"). Notes that it does.
 */
export function requestDue({ edge }: Connection, managed: Managed): boolean {
  if (managed.stanzasUnasked === 0) return false
  const every = edge.config.requestEvery
  const { now } = edge.clock
  const due =
    managed.stanzasUnasked >= every.stanzas ||
    managed.bytesUnasked >= every.bytes ||
    now - managed.unaskedSince >= every.seconds * 1000
  if (due) asked(managed, now)
  return due
}

/** An `<r/>` is being written. */
export function asked(managed: Managed, now: number): void {
  managed.stanzasUnasked = 0
  managed.bytesUnasked = 0
  if (managed.askedAt === 0) managed.askedAt = now
}
