import { decodeBase64 } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { escapeText, type ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { fail, respond, startAttempt } from '../sasl/attempt.ts'
import { authenticationOf } from '../sasl/authentication.ts'
import type { Profile } from '../sasl/profile.ts'
import { closeStream } from '../stream/close.ts'
import { proven } from './proceed.ts'
import { readRequest } from './request.ts'

/** SASL as XEP-0388 has it: in one round trip with what follows, and without a new stream. */
const profile: Profile = {
  challenge: (data) => `<challenge xmlns='${NS.sasl2}'>${data.toString('base64')}</challenge>`,
  failure: (condition, text) =>
    `<failure xmlns='${NS.sasl2}'><${condition} xmlns='${NS.sasl}'/><text>${escapeText(text)}</text></failure>`,
  succeed: proven,
}

/** An element of the SASL dialogue of XEP-0388. */
export function handleSasl2(connection: Connection, parsed: ParsedElement): void {
  switch (parsed.name) {
    case 'authenticate':
      authenticate(connection, parsed)
      break
    case 'response':
      respond(connection, profile, decodeBase64(parsed.element.getText()))
      break
    case 'abort':
      fail(connection, profile, 'aborted', 'as the client wished')
      break
    default:
      closeStream(connection, { condition: 'unsupported-stanza-type' })
  }
}

function authenticate(connection: Connection, { element }: ParsedElement): void {
  const authentication = authenticationOf(connection)
  if (authentication.login !== undefined) {
    closeStream(connection, { condition: 'policy-violation', text: 'an authentication is under way' })
    return
  }
  // XEP-0388 §3: only after TLS.
  if (!connection.secure) {
    fail(connection, profile, 'encryption-required', 'start TLS first')
    return
  }
  const { login, ...attempt } = readRequest(element)
  authentication.login = login
  startAttempt(connection, profile, attempt)
}
