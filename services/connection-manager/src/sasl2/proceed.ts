import type { Success } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { escapeText } from '@heliograph/xml'
import { askToBind } from '../bind/bind2.ts'
import type { Connection } from '../connection.ts'
import { failedXml } from '../management/failed.ts'
import { askToResume } from '../management/resume.ts'
import { authenticated } from '../stream/authenticated.ts'
import { clientStateFeature, managementFeature, rosterFeatures, serverFeatures } from '../stream/features.ts'
import type { Login } from './login.ts'
import { continueXml, nextUpgrade } from './tasks.ts'
import { tokenXml } from './token.ts'

/** The client has its password, or token: tasks that it wanted come before it is told so (XEP-0388 §2.6.3). */
export function proven(connection: Connection, success: Success): void {
  const { attempt, login } = connection.authentication!
  connection.mechanism = attempt!.dialogue.mechanism
  login!.data = success.data
  continueOrSucceed(connection, login!, success)
}

/** The next task; or the client is authenticated. */
export function continueOrSucceed(connection: Connection, login: Login, success: Success): void {
  nextUpgrade(connection, login, success)
    .catch((error: unknown) => {
      connection.edge.log.warn('credentials_unavailable', { conn: connection.number, error })
      return undefined
    })
    .then((upgrade) => {
      // The client may have gone meanwhile.
      if (connection.authentication?.login !== login) return
      login.upgrade = upgrade
      if (upgrade === undefined) {
        authenticatedAs(connection, login, success)
        return
      }
      connection.write(continueXml(login, upgrade))
      connection.release()
    })
    .catch((error: unknown) => connection.fail(error))
}

/** The client is who it says: what it asked for besides is done before it is told (XEP-0388 §2.6.1). */
function authenticatedAs(connection: Connection, login: Login, success: Success): void {
  const { edge } = connection
  connection.identity = success.identity
  edge.events.authenticated(connection)
  connection.phase = authenticated
  // What remains to do until a resource is bound has the same time again.
  connection.deadline = edge.clock.now + edge.config.limits.timeToAuthenticateSeconds * 1000
  connection.intake.setLimits(edge.config.xml)
  tokenXml(connection, login, success)
    .then((token) => {
      // The client may have gone meanwhile.
      if (connection.authentication?.login !== login) return
      login.results += token
      resumeOrBind(connection, login)
    })
    .catch((error: unknown) => connection.fail(error))
}

/** XEP-0386 §3.2: the lost session if it can be had, else a new one if the client wants that. */
function resumeOrBind(connection: Connection, login: Login): void {
  if (login.resume === undefined) bindOrFinish(connection, login)
  else if (!askToResume(connection, login.resume)) resumeRefused(connection, login, failedXml('bad-request'))
}

/** There is no such session: the authentication succeeds all the same (XEP-0198 §9). */
export function resumeRefused(connection: Connection, login: Login, result: string): void {
  login.results += result
  bindOrFinish(connection, login)
}

function bindOrFinish(connection: Connection, login: Login): void {
  if (login.bind === undefined) finishLogin(connection, login)
  else askToBind(connection, login.bind, login.agent)
}

/**
 * `<success/>` with all results, and the features of the stream, which goes on (XEP-0388 §2.6.1). A client whose resource could not be bound
 * is told only who it is, and may bind in the old way.
 */
export function finishLogin(connection: Connection, login: Login, session = { jid: '', result: '' }): void {
  const { dialect, session: bound } = connection
  connection.authentication = undefined
  const data = login.data === undefined ? '' : `<additional-data>${login.data.toString('base64')}</additional-data>`
  const who = session.jid === '' ? connection.identity! : session.jid
  const identifier = `<authorization-identifier>${escapeText(who)}</authorization-identifier>`
  connection.write(`<success xmlns='${NS.sasl2}'>${data}${identifier}${login.results}${session.result}</success>`)
  const management = bound?.managed === undefined ? managementFeature : ''
  const features =
    bound === undefined
      ? authenticated.features(connection)
      : `${management}${rosterFeatures}${clientStateFeature}${serverFeatures(connection)}`
  connection.write(dialect.features(features))
  connection.release()
}
