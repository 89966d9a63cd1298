import type { Opened, Resumed } from '@heliograph/bus'
import { codecs } from '@heliograph/bus'
import type { Marks } from '@heliograph/distribution'
import { type FullJid, trusted } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { bindResult } from '../bind/bind.ts'
import { beginsInactive, boundXml } from '../bind/bind2.ts'
import type { Connection } from '../connection.ts'
import { windowOf } from '../custody/window.ts'
import { Managed } from '../management/managed.ts'
import { finishLogin } from '../sasl2/proceed.ts'
import { bound } from '../stream/bound.ts'
import { setClientState } from './client-state.ts'
import { Session } from './session.ts'

/** The owner has bound a resource (RFC 6120 §7). */
export function opened(connection: Connection, answer: Opened): void {
  const { jid, stream, lastId, managed, smId, max } = answer
  const session = new Session(trusted<FullJid>(jid), { stream, count: 0, lastId, window: windowOf(connection) })
  if (managed) session.managed = new Managed({ id: smId, max, base: 0, acked: 0 })
  begin(connection, session)
  const login = connection.authentication?.login
  if (login !== undefined) {
    if (beginsInactive(login.bind)) setClientState(connection, session, true)
    finishLogin(connection, login, { jid, result: boundXml(answer, login.bind) })
    return
  }
  bindResult(connection, jid)
  connection.release()
}

/**
 * The owner gives a lost session to this connection (XEP-0198 §5): counts go on where they were, and what the client has not
 * acknowledged follows.
 */
export function resumed(
  connection: Connection,
  { jid, stream, previd, h, base, max, lastId }: Resumed,
  marks: Marks | undefined,
): void {
  const acked = codecs.resume.decode(connection.request!.body!).h
  const session = new Session(trusted<FullJid>(jid), { stream, count: base + h, lastId, window: windowOf(connection) })
  session.managed = new Managed({ id: previd, max, base, acked })
  session.marks = marks
  begin(connection, session)
  connection.edge.events.resumed()
  const answer = `<resumed xmlns='${NS.streamManagement}' previd='${escapeAttribute(previd)}' h='${h}'/>`
  const login = connection.authentication?.login
  if (login !== undefined) finishLogin(connection, login, { jid, result: answer })
  else {
    connection.write(answer)
    connection.release()
  }
}

function begin(connection: Connection, session: Session): void {
  const { edge } = connection
  connection.request = undefined
  connection.session = session
  connection.phase = bound
  connection.deadline = edge.clock.now + edge.config.limits.idleSeconds * 1000
  edge.events.bound(connection)
}
