import { type Announce, codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { FullJid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'
import { catchUp } from '../recovery/catch-up.ts'
import { Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'
import { custodyAdvanced } from './custody.ts'

/**
 * An edge tells this new owner of a connection. What the client has not acknowledged follows in `unacked` envelopes, then what is not in
 * custody. With that, and the archive, the session is whole again.
 */
export function handleAnnounce(context: SessionContext, user: User, { envelope, from }: Work): void {
  const announce = codecs.announce.decode(envelope.body!)
  const known = user.resources.find(({ stream }) => stream === announce.stream)
  if (known?.isOn(from, envelope.conn) && known.attachment === 'connected') return
  if (!user.exists || supersededBy(user, known, announce)) return dismiss(context, user, envelope, from)
  const resource = known ?? adopt(context, user, announce, envelope.conn, from)
  resource.edge = from
  resource.conn = envelope.conn
  resource.origin = announce
  resource.custody.restart(announce.custody)
  if (announce.smId !== '' || announce.acked > 0 || announce.max > 0) {
    resource.manage(announce.smId, announce.max, announce.base, announce.acked)
  }
  resource.lastId = Math.max(resource.lastId, announce.lastId)
  resource.expected = announce.unacked
  resource.attachment = 'recovering'
  if (resource.expected === 0) complete(context, user, resource)
}

/** A stanza that the edge wrote and the client has not acknowledged. */
export function handleUnacked(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (!resource || resource.expected === 0 || !envelope.stanza) return
  resource.managed?.unacked.push({ stanza: envelope.stanza, id: envelope.id })
  resource.expected--
  if (resource.expected === 0) complete(context, user, resource)
}

function complete(context: SessionContext, user: User, resource: Resource): void {
  context.events.announced()
  if (resource.complete) context.records.dropUnacked(user, resource)
  resource.complete = false
  catchUp(context, user, resource)
  context.records.changed(user, resource)
}

/** The session went on elsewhere meanwhile, or its name was given to another. */
function supersededBy(user: User, known: Resource | undefined, announce: Announce): boolean {
  if (known) return known.attachment === 'connected'
  return user.resource(announce.jid as FullJid) !== undefined
}

function adopt(context: SessionContext, user: User, announce: Announce, conn: number, edge: string): Resource {
  const resource = new Resource({
    jid: announce.jid as FullJid,
    name: announce.jid.slice(user.jid.length + 1),
    stream: announce.stream,
    edge,
    conn,
    origin: announce,
    received: announce.custody,
    since: Date.now(),
    custodyAdvanced: custodyAdvanced(context, user),
  })
  user.resources.push(resource)
  return resource
}

function dismiss(context: SessionContext, user: User, announced: Envelope, edge: string): void {
  const envelope = new Envelope(Op.disconnect)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.epochOf(user.partition)
  envelope.conn = announced.conn
  envelope.body = codecs.disconnect.encode({ condition: 'conflict', text: 'the session is not known any more' })
  context.router.tell(edge, envelope)
}
