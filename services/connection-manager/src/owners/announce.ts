import { codecs, Envelope, Op } from '@heliograph/bus'
import type { Owner } from '@heliograph/ownership'
import type { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import { originOf } from '../session/origin.ts'
import type { Session } from '../session/session.ts'
import { tellOwner } from './tell-owner.ts'

/**
 * A partition has a new owner: it is told of each connection of its users what this edge holds, and gets again, in order, all that is
 * not in custody. It recognises what it has by ingress id.
 */
export function announceTo(edge: Edge, partition: number, owner: Owner): void {
  if (!edge.epochs.admits(partition, owner.epoch)) return
  // Before who comes anew: a session that gives way to his is to be known whole by then.
  for (const [connection, session] of edge.departed.inPartition(partition)) announce(connection, session)
  for (const connection of edge.connections.inPartition(partition)) {
    const { session, request } = connection
    if (session !== undefined) announce(connection, session)
    // Not answered: asked again.
    else if (request !== undefined) tellOwner(connection, again(request))
  }
}

function announce(connection: Connection, session: Session): void {
  const { managed } = session
  const envelope = new Envelope(Op.announce)
  envelope.body = codecs.announce.encode({
    jid: session.jid,
    stream: session.stream,
    smId: managed?.id ?? '',
    resume: managed !== undefined && managed.id !== '',
    max: managed?.max ?? 0,
    base: managed?.base ?? 0,
    custody: session.inFlight.custody,
    acked: managed?.acked ?? 0,
    unacked: managed?.copies.length ?? 0,
    lastId: session.lastId,
    ...originOf(connection),
    inactive: session.inactive,
  })
  envelope.recipients = session.marks?.sources
  envelope.ids = session.marks?.sequences
  session.toldInactive = session.inactive
  tellOwner(connection, envelope)
  if (managed !== undefined) {
    managed.untold = false
    for (const { stanza, to, id, mark } of managed.copies) {
      const copy = new Envelope(Op.unacked)
      copy.stanza = to === undefined ? stanza : stanza.with({ to })
      copy.id = id
      copy.stream = mark?.source ?? ''
      copy.count = mark?.sequence ?? 0
      tellOwner(connection, copy)
    }
  }
  for (const { envelope: sent } of session.inFlight) tellOwner(connection, again(sent))
}

/** The one that was sent may still be on its way by reference: it must stay as it was sent. */
function again(sent: Envelope): Envelope {
  return Object.assign(new Envelope(sent.op), sent)
}
