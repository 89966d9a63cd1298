import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'

/** Where a stream is in its life. One object a phase, shared by all connections: a connection's phase is a reference. */
export interface Phase {
  readonly name: 'negotiating' | 'authenticated' | 'binding' | 'bound' | 'closing'
  /** A first-level element that isn't the stream's own. */
  element(connection: Connection, parsed: ParsedElement): void
  /** What the stream's features offer when a stream header arrives now. */
  features(connection: Connection): string
  /** The connection's deadline has passed. Called about once a second until that changes. */
  expired(connection: Connection): void
}
