import { randomBytes } from 'node:crypto'
import { el, iqGet, NS } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import { asked, requestText } from '../management/request.ts'
import { closeStream } from '../stream/close.ts'
import type { Session } from './session.ts'

/**
 * A bound connection has been silent for long: asks for a sign of life, and when none comes closes it (RFC 6120 §4.6). With stream
 * management the question is an `<r/>`, which no count includes; else a ping (XEP-0199), whose answer ends here.
 */
export function checkAlive(connection: Connection): void {
  const { edge } = connection
  const session = connection.session!
  const { limits } = edge.config
  const idle = limits.idleSeconds * 1000
  const timeout = limits.pingTimeoutSeconds * 1000
  const answered = connection.heard >= session.questionedAt
  if (edge.clock.now - connection.heard < idle) {
    connection.deadline = connection.heard + idle
  } else if (answered) {
    session.questionedAt = edge.clock.now
    connection.deadline = edge.clock.now + timeout
    question(connection, session)
  } else {
    closeStream(connection, { condition: 'connection-timeout' })
  }
}

function question(connection: Connection, session: Session): void {
  const { managed } = session
  if (managed !== undefined) {
    asked(managed, connection.edge.clock.now)
    connection.write(requestText)
    return
  }
  session.ping = `ping-${randomBytes(6).toString('base64url')}`
  const head = { id: session.ping, from: connection.domain, to: session.jid }
  connection.write(iqGet(head, el('ping', { xmlns: NS.ping })).toBytes(connection.stanzaNs))
}
