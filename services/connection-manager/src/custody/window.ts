import { ratesOf } from '@heliograph/config'
import type { Connection } from '../connection.ts'

/** What a connection may have in flight: sent to the owner of its user and not in custody. */
export interface Window {
  readonly stanzas: number
  readonly bytes: number
}

/** Enough for a client to come in with, however little its user may send in a second. */
const LEAST_STANZAS = 16

/**
 * The window of a client: what its user may send in a second, if that is less than what all may have. By the time the owner says that it
 * is too much, no more than that has come.
 */
export function windowOf({ edge, domain }: Pick<Connection, 'edge' | 'domain'>): Window {
  const { custody } = edge.config
  const { stanzasPerSecond, bytesPerSecond } = ratesOf(edge.config, domain)
  const stanzas = stanzasPerSecond === 0 ? custody.stanzas : Math.max(stanzasPerSecond, LEAST_STANZAS)
  const bytes = bytesPerSecond === 0 ? custody.bytes : bytesPerSecond
  if (stanzas >= custody.stanzas && bytes >= custody.bytes) return custody
  return { stanzas: Math.min(stanzas, custody.stanzas), bytes: Math.min(bytes, custody.bytes) }
}
