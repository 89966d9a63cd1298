import { decodeBase64 } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { type Element, escapeText, type ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { fail, respond, startAttempt } from '../sasl/attempt.ts'
import { authenticationOf } from '../sasl/authentication.ts'
import type { Profile } from '../sasl/profile.ts'
import { closeStream } from '../stream/close.ts'
import type { Login, Upgrade } from './login.ts'
import { continueOrSucceed, proven } from './proceed.ts'
import { readRequest } from './request.ts'
import { saltXml, takeUpgrade } from './tasks.ts'

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
      if (connection.authentication?.login?.upgrade !== undefined)
        closeStream(connection, { condition: 'policy-violation' })
      else respond(connection, profile, decodeBase64(parsed.element.getText()))
      break
    case 'abort':
      fail(connection, profile, 'aborted', 'as the client wished')
      break
    case 'next':
    case 'task-data':
      task(connection, parsed)
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

/** What the client says of its task (XEP-0388 §2.6.3, XEP-0480 §4): that it begins, then its keys. */
function task(connection: Connection, { name, element }: ParsedElement): void {
  const login = connection.authentication?.login
  const upgrade = login?.upgrade
  if (login === undefined || upgrade === undefined || upgrade.begun !== (name === 'task-data')) {
    fail(connection, profile, 'malformed-request', 'no such task under way')
  } else if (name === 'next') {
    upgrade.begun = true
    if (element.attrs.task === upgrade.name) connection.write(saltXml(upgrade.task))
    else fail(connection, profile, 'malformed-request', 'no such task under way')
  } else finishTask(connection, login, upgrade, element)
}

function finishTask(connection: Connection, login: Login, upgrade: Upgrade, element: Element): void {
  connection.hold()
  takeUpgrade(connection, upgrade, element)
    .then((done) => {
      if (connection.authentication?.login !== login) return
      if (done) {
        continueOrSucceed(connection, login, upgrade.success)
        return
      }
      fail(connection, profile, 'malformed-request', 'these are no keys for that task')
      connection.release()
    })
    .catch((error: unknown) => {
      connection.edge.log.warn('credentials_unavailable', { conn: connection.number, error })
      if (connection.authentication?.login !== login) return
      fail(connection, profile, 'temporary-auth-failure', 'try again later')
      connection.release()
    })
}
