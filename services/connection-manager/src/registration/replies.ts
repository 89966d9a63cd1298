import { errorReply, type Stanza, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'

/** Answers who isn't anybody yet. */
export function refuse(connection: Connection, request: Stanza, condition: StanzaCondition, text = ''): void {
  // Without what was sent: it holds a password, or a token.
  const bare = request.withPayload(Buffer.alloc(0), [])
  reply(connection, errorReply(bare, stanzaError(condition, text === '' ? {} : { text })))
}

export function reply(connection: Connection, stanza: Stanza | undefined): void {
  if (stanza !== undefined && connection.phase.name !== 'closing') connection.write(stanza.toBytes(connection.stanzaNs))
}

/** The client has no address yet; the server it speaks to is the one it named in its stream header. */
export function addressed(connection: Connection, request: Stanza): Stanza {
  return request.with({ to: connection.domain, from: undefined })
}
