import { codecs, type Envelope, Op } from '@heliograph/bus'
import { Marks } from '@heliograph/distribution'
import { STANZA_CONDITIONS, STREAM_CONDITIONS, type StanzaCondition, type StreamCondition } from '@heliograph/stanza'
import { refuseBind } from '../bind/bind.ts'
import type { Connection } from '../connection.ts'
import { slowDown } from '../custody/shaped.ts'
import { custodyTaken } from '../custody/taken.ts'
import type { Edge } from '../edge.ts'
import { sendAnswer } from '../management/answer.ts'
import { enabled } from '../management/enable.ts'
import { failedXml, managementFailed } from '../management/failed.ts'
import { deliver, deliverOne } from '../outbound/deliver.ts'
import { finishLogin, resumeRefused } from '../sasl2/proceed.ts'
import { opened, resumed } from '../session/begin.ts'
import { closeStream } from '../stream/close.ts'
import { refused } from '../stream/refused.ts'
import { giveBack } from './give-back.ts'

/** What the owner of a user says to this edge. Anything from an owner that has been replaced is refused (its epoch is lower). */
export function receive(edge: Edge, envelope: Envelope): void {
  if (envelope.op === Op.deliver && envelope.conns !== undefined) {
    deliver(edge, envelope, envelope.conns)
    return
  }
  if (!edge.epochs.admits(envelope.emitterPartition, envelope.epoch)) {
    edge.events.refusedEpoch(envelope.emitterPartition, envelope.epoch)
    return
  }
  const connection = edge.connections.get(envelope.conn)
  // Gone meanwhile; the owner hears of that by `closed`.
  if (connection === undefined || connection.partition !== envelope.emitterPartition) {
    edge.events.unknownConnection(envelope)
    if (envelope.op === Op.deliver) giveBack(edge, envelope)
    return
  }
  try {
    act(connection, envelope)
  } catch (error) {
    connection.fail(error)
  }
}

function act(connection: Connection, envelope: Envelope): void {
  const { session, request } = connection
  switch (envelope.op) {
    case Op.deliver:
      if (session !== undefined) deliverOne(connection, session, envelope)
      return
    case Op.custody:
      if (session !== undefined) custodyTaken(connection, session, envelope.count)
      return
    case Op.enabled:
      if (session !== undefined) enabled(connection, session, codecs.enabled.decode(envelope.body!))
      return
    case Op.opened:
      if (request?.op === Op.open) opened(connection, codecs.opened.decode(envelope.body!))
      return
    case Op.resumed:
      if (request?.op === Op.resume) resumed(connection, codecs.resumed.decode(envelope.body!), marksOf(envelope))
      return
    case Op.refused:
      if (request !== undefined) refuse(connection, request.op, envelope.body!)
      return
    case Op.shape:
      if (session !== undefined) slowDown(connection, session, codecs.shape.decode(envelope.body!))
      return
    case Op.disconnect:
      disconnect(connection, envelope.body!)
  }
}

function marksOf({ recipients, ids }: Envelope): Marks | undefined {
  return recipients && Marks.from(recipients, ids)
}

function refuse(connection: Connection, asked: Op, body: Uint8Array): void {
  const { condition, text, h } = codecs.refused.decode(body)
  const known: StanzaCondition = condition in STANZA_CONDITIONS ? (condition as StanzaCondition) : 'undefined-condition'
  const login = connection.authentication?.login
  refused(connection)
  if (asked === Op.resume) connection.edge.events.resumeFailed()
  if (login !== undefined) {
    if (asked === Op.resume) resumeRefused(connection, login, failedXml(known, h))
    else finishLogin(connection, login)
    return
  }
  if (asked === Op.open) refuseBind(connection, known, text)
  else managementFailed(connection, known, h)
  connection.release()
}

/** The owner has ended the session, or never knew it: nothing is told back. */
function disconnect(connection: Connection, body: Uint8Array): void {
  const { condition, text } = codecs.disconnect.decode(body)
  const { session } = connection
  // It can't be resumed: what the client has no acknowledgement of it says again in its next session.
  if (session?.managed !== undefined) sendAnswer(connection, session, session.managed)
  if (condition === '') {
    closeStream(connection, undefined, { ownerKnows: true })
    return
  }
  const known = (STREAM_CONDITIONS as readonly string[]).includes(condition)
  const error = { condition: known ? (condition as StreamCondition) : ('undefined-condition' as const) }
  const details = error.condition === 'see-other-host' ? { host: text } : text === '' ? {} : { text }
  closeStream(connection, { ...error, ...details }, { ownerKnows: true })
}
