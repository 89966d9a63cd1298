import type { Success } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import { authenticated } from '../stream/authenticated.ts'
import { encode } from './encode.ts'

/** `<success/>`: the stream begins anew, as that of an authenticated client (RFC 6120 §6.4.6). */
export function succeed(connection: Connection, { identity, data }: Success): void {
  const { edge } = connection
  connection.mechanism = connection.authentication?.attempt?.dialogue.mechanism ?? ''
  connection.identity = identity
  connection.authentication = undefined
  edge.events.authenticated(connection)
  const content = data === undefined ? '' : encode(data)
  connection.write(
    content === '' ? `<success xmlns='${NS.sasl}'/>` : `<success xmlns='${NS.sasl}'>${content}</success>`,
  )
  connection.phase = authenticated
  connection.headerSent = false
  // What remains to do until a resource is bound has the same time again.
  connection.deadline = edge.clock.now + edge.config.limits.timeToAuthenticateSeconds * 1000
  connection.intake.setLimits(edge.config.xml)
  connection.intake.reset()
  connection.release()
}
