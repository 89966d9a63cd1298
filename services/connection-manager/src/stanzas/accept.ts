import { Envelope, Haste, Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { tellOwner } from '../owners/tell-owner.ts'
import { tellClientState } from '../session/client-state.ts'
import type { Session } from '../session/session.ts'
import { closeStream } from '../stream/close.ts'
import { replaceStanza } from './replace.ts'

/** What a stanza costs beside its payload while it is kept. */
const OVERHEAD = 512

/** A stanza of a bound client: checked, stamped, counted, and sent to the owner of its user. */
export function acceptStanza(connection: Connection, session: Session, parsed: ParsedElement): void {
  const stanza = Stanza.from(parsed)
  if (stanza === undefined) {
    closeStream(connection, { condition: 'unsupported-stanza-type' })
    return
  }
  const { from } = stanza
  // RFC 6120 §8.1.2.1: the client's own address, bare or full, or none.
  if (stanza.malformed === 'from' || (from !== undefined && from !== session.jid && from !== session.bare)) {
    closeStream(connection, { condition: 'invalid-from' })
    return
  }
  if (isPong(session, stanza)) return
  const { lang } = connection
  // RFC 6120 §8.1.5: a stanza without a language has that of its stream.
  const inherits = lang !== undefined && stanza.lang === undefined
  const stamped = stanza.with(inherits ? { from: session.jid, lang } : { from: session.jid })
  forward(connection, session, replaceStanza(session, stamped) ?? stamped)
}

/** The answer to our own ping; with stream management it would have to be counted, and goes the way of all stanzas. */
function isPong(session: Session, stanza: Stanza): boolean {
  if (session.ping === undefined || stanza.id !== session.ping || stanza.name !== 'iq') return false
  if (stanza.type !== 'result' && stanza.type !== 'error') return false
  session.ping = undefined
  return session.managed === undefined && session.enabling === undefined
}

function forward(connection: Connection, session: Session, stanza: Stanza): void {
  tellClientState(connection, session)
  const { edge } = connection
  const trace = edge.tracing.sample()
  const span = edge.tracing.span('edge.in', trace)
  const envelope = new Envelope(Op.stanza)
  envelope.stream = session.stream
  envelope.count = ++session.count
  envelope.stanza = stanza
  envelope.trace = span.context ?? ''
  // Nobody waits for presence that is broadcast: many are told at once.
  if (stanza.name === 'presence' && stanza.to === undefined) envelope.haste = Haste.collect
  // To many at once: it may wait for others to go with.
  if (stanza.type === 'groupchat') envelope.haste = Haste.share
  const size = stanza.payload.length + OVERHEAD
  session.inFlight.push(envelope, size, performance.now())
  edge.crowd.enter(connection.partition, size)
  edge.events.stanzasIn.add()
  if (edge.taps.any) edge.taps.see({ place: 'edge', direction: 'in', user: session.bare, jid: session.jid, stanza })
  tellOwner(connection, envelope)
  span.end()
  const { stanzas, bytes } = session.window
  const within = session.inFlight.length < stanzas && session.inFlight.bytes < bytes
  if (within && !edge.crowd.isFull(connection.partition)) return
  // Promise 9: at the bound nothing more is read, and the client's own socket fills up.
  session.stalled = true
  edge.events.stalled()
  connection.hold()
}
