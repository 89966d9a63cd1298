import { randomUUID } from 'node:crypto'
import { parseJid } from '@heliograph/jid'
import type { Connection } from '../connection.ts'

/** Answers with our stream header. Its id can't be guessed (RFC 6120 §4.7.3). */
export function sendHeader(connection: Connection, peer: string | undefined): void {
  const { edge, dialect } = connection
  connection.headerSent = true
  connection.write(
    dialect.header({
      from: connection.domain ?? edge.hosts.domains[0]!,
      to: peer === undefined ? undefined : parseJid(peer),
      // Of all sources of randomness the cheapest: Node draws for many of these at once.
      id: randomUUID(),
    }),
  )
}
