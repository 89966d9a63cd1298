import { codecs, Envelope, Op, PLAIN_OPEN } from '@heliograph/bus'
import { prepareResource } from '@heliograph/jid'
import { el, errorReply, iqResult, NS, Stanza, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { originOf } from '../session/origin.ts'
import { ask } from '../stream/binding.ts'
import { closeStream } from '../stream/close.ts'

const BIND = `{${NS.bind}}bind`

/** Whether an element is a request to bind a resource. */
export function isBind(parsed: ParsedElement): boolean {
  return parsed.name === 'iq' && parsed.element.attrs.type === 'set' && parsed.children.includes(BIND)
}

/** The client binds a resource, of its own choice or the server's (RFC 6120 §7.6, §7.7): the owner of the user decides. */
export function beginBind(connection: Connection, parsed: ParsedElement): void {
  const request = Stanza.from(parsed)
  if (request?.id === undefined || parsed.children.length !== 1) {
    closeStream(connection, { condition: 'not-authorized', text: 'bind a resource first' })
    return
  }
  connection.bindId = request.id
  const wanted = request.child('bind', NS.bind)?.getChildText('resource', NS.bind) ?? ''
  const resource = wanted === '' ? '' : prepareResource(wanted)
  // RFC 6120 §7.7.2.1
  if (resource === undefined) {
    refuseBind(connection, 'bad-request', 'not a valid resource')
    return
  }
  const envelope = new Envelope(Op.open)
  envelope.body = codecs.open.encode({ ...PLAIN_OPEN, resource, ...originOf(connection) })
  ask(connection, envelope)
}

/** RFC 6120 §7.6.1 */
export function bindResult(connection: Connection, jid: string): void {
  const request = new Stanza({ name: 'iq', id: connection.bindId })
  send(connection, iqResult(request, el('bind', { xmlns: NS.bind }, el('jid', null, jid))))
}

/** The client may try again (RFC 6120 §7.6.2, §7.7.2). */
export function refuseBind(connection: Connection, condition: StanzaCondition, text: string): void {
  const request = new Stanza({ name: 'iq', type: 'set', id: connection.bindId })
  send(connection, errorReply(request, stanzaError(condition, text === '' ? {} : { text })))
}

function send(connection: Connection, stanza: Stanza | undefined): void {
  if (stanza !== undefined) connection.write(stanza.toBytes(connection.stanzaNs))
}
