import { prepareLocal } from '@heliograph/jid'
import { el, iqResult, NS, Stanza, type StanzaCondition } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { addressed, refuse, reply } from './replies.ts'

/** Registration before authentication (XEP-0077 §3.1): a username and a password. */
export function handleRegistration(connection: Connection, parsed: ParsedElement): void {
  const request = Stanza.from(parsed)
  if (request?.id === undefined || parsed.children.length !== 1) {
    closeStream(connection, { condition: 'not-authorized' })
  } else if (request.type === 'get') reply(connection, iqResult(addressed(connection, request), form()))
  else if (request.type === 'set') submit(connection, addressed(connection, request))
  else closeStream(connection, { condition: 'not-authorized' })
}

function form() {
  return el(
    'query',
    { xmlns: NS.register },
    el('instructions', null, 'Choose a username and a password.'),
    el('username'),
    el('password'),
  )
}

function submit(connection: Connection, request: Stanza): void {
  const query = request.child('query', NS.register)
  const given = query?.getChildText('username', NS.register) ?? ''
  const password = query?.getChildText('password', NS.register) ?? ''
  // XEP-0077 §3.1: all that the form asks for must be given, and not be empty.
  const username = prepareLocal(given)
  if (given === '' || password === '') refuse(connection, request, 'not-acceptable')
  else if (username === undefined) refuse(connection, request, 'jid-malformed')
  else create(connection, request, { username, password })
}

/** Nothing more is read until the account exists or was refused. */
function create(connection: Connection, request: Stanza, given: { username: string; password: string }): void {
  const { edge, domain } = connection
  connection.hold()
  edge.accounts
    .register({ ...given, domain: domain!, source: connection.address, invite: connection.invite })
    .then(({ ok, condition, text }) => {
      if (ok) {
        connection.invite = ''
        edge.events.registered(connection)
        reply(connection, iqResult(request))
      } else refuse(connection, request, condition as StanzaCondition, text)
    })
    .catch((error: unknown) => {
      edge.log.warn('accounts_unavailable', { conn: connection.number, error })
      refuse(connection, request, 'resource-constraint')
    })
    .finally(() => connection.release())
}
