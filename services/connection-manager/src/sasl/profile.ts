import type { SaslCondition, Success } from '@heliograph/sasl'
import type { Connection } from '../connection.ts'

/** How SASL is written in a stream: as RFC 6120 §6 has it, or XEP-0388. What is said is the same. */
export interface Profile {
  challenge(data: Buffer): string
  failure(condition: SaslCondition, text: string): string
  /** The client is who it says. Nothing is read from it until this profile releases the connection. */
  succeed(connection: Connection, success: Success): void
}
