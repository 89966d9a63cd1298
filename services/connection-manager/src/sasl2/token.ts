import { localOf } from '@heliograph/jid'
import { isTokenMechanism, provesPassword, type Success, type TokenMechanismName } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { offeredTokenMechanisms } from '../stream/security.ts'
import type { Login } from './login.ts'

/**
 * `<token/>` for a client that asked for one, or whose own one is due (XEP-0484 §3.3, §3.5); '' for none. One that can't be had is no
 * reason to refuse who has authenticated.
 */
export async function tokenXml(connection: Connection, login: Login, success: Success): Promise<string> {
  const { edge, identity } = connection
  const mechanism = mechanismFor(connection, login, success)
  if (mechanism === undefined || login.agent === undefined) return ''
  const scope = { username: localOf(identity!), domain: connection.domain!, source: connection.address }
  try {
    const issued = await edge.tokens.issueToken({ ...scope, ...login.about, client: login.agent, mechanism })
    if (issued === undefined) return ''
    edge.events.tokenIssued(mechanism)
    const { token, expiry } = issued
    return `<token xmlns='${NS.fast}' expiry='${expiry}' token='${escapeAttribute(token)}'/>`
  } catch (error) {
    edge.log.warn('token_not_issued', { conn: connection.number, error })
    return ''
  }
}

function mechanismFor(connection: Connection, { tokenFor }: Login, { due }: Success): TokenMechanismName | undefined {
  // One that its issuer takes back would live on in a token of ours.
  if (!provesPassword(connection.mechanism) && !isTokenMechanism(connection.mechanism)) return undefined
  const wanted = tokenFor ?? (due ? connection.mechanism : undefined)
  if (wanted === undefined || !isTokenMechanism(wanted)) return undefined
  return offeredTokenMechanisms(connection).includes(wanted) ? wanted : undefined
}
