import { iqResult, NS, Stanza, type StanzaCondition } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { addressed, refuse, reply } from './replies.ts'

/**
 * A client shows the token of an invitation (XEP-0445 §4). If it is good the client may make an account on this stream, also where nobody
 * else may. Nothing more is read until that is known.
 */
export function handlePreauth(connection: Connection, parsed: ParsedElement): void {
  const stanza = Stanza.from(parsed)
  if (stanza?.id === undefined || stanza.type !== 'set' || parsed.children.length !== 1) {
    closeStream(connection, { condition: 'not-authorized' })
    return
  }
  const request = addressed(connection, stanza)
  const token = request.child('preauth', NS.preAuth)?.attrs.token ?? ''
  const { edge, domain, address } = connection
  connection.hold()
  edge.accounts
    .checkInvite({ token, domain: domain!, source: address })
    .then(({ ok, condition, text }) => {
      if (ok) {
        connection.invite = token
        reply(connection, iqResult(request))
      } else refuse(connection, request, condition as StanzaCondition, text)
    })
    .catch((error: unknown) => {
      edge.log.warn('accounts_unavailable', { conn: connection.number, error })
      refuse(connection, request, 'resource-constraint')
    })
    .finally(() => connection.release())
}
