import { type Announce, codecs, Envelope, Kind, Op } from '@heliograph/bus'
import { Marks } from '@heliograph/distribution'
import type { FullJid } from '@heliograph/jid'
import { setClientState } from '../client-state/client-state.ts'
import { refreshPresence } from '../client-state/refresh.ts'
import type { SessionContext } from '../context.ts'
import { catchUp } from '../recovery/catch-up.ts'
import { unseenBy } from '../recovery/unseen.ts'
import { handEarly } from '../rooms/parcels.ts'
import { managed, Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'
import { custodyAdvanced } from './custody.ts'

const UNKNOWN = { condition: 'conflict', text: 'the session is not known any more' }
const SLEEPS = { condition: 'reset', text: 'the session waits to be resumed' }

/**
 * An edge tells this new owner of a connection. What the client has not acknowledged follows in `unacked` envelopes, then what is not in
 * custody. With that, and the archive, the session is whole again.
 */
export function handleAnnounce(context: SessionContext, user: User, { envelope, from }: Work): void {
  const announce = codecs.announce.decode(envelope.body!)
  const known = user.resources.find(({ stream }) => stream === announce.stream)
  if (context.departed.has(from)) return
  if (known && isWhole(known, from, envelope.conn)) return setClientState(context, user, known, announce.inactive)
  if (!user.mayCome || supersededBy(context, user, known, announce, envelope.conn, from)) {
    return dismiss(context, user, envelope, from)
  }
  if (known && sleepsWhereItWas(known, from, envelope.conn)) return dismiss(context, user, envelope, from, SLEEPS)
  const wasHandedOver = known?.complete === true
  const resource = known ?? adopt(context, user, announce, envelope.conn, from)
  // What is known of it stays, until what the edge tells is whole.
  if (resource.attachment === 'hibernating') resource.complete = true
  resource.edge = from
  resource.conn = envelope.conn
  resource.origin = announce
  resource.custody.restart(announce.custody)
  // The edge knows best: what the former owner recorded last may not have reached it.
  const isManaged = announce.smId !== '' || announce.acked > 0 || announce.max > 0
  resource.announced = isManaged ? managed(announce.smId, announce.max, announce.base, announce.acked) : undefined
  resource.lastId = announce.lastId
  resource.marks = Marks.from(envelope.recipients, envelope.ids)
  resource.behind = false
  resource.unseen = resource.available || wasHandedOver ? undefined : unseenBy(user, announce.lastId)
  resource.expected = announce.unacked
  resource.attachment = 'recovering'
  resource.deadline = performance.now() + context.config.announceWithinMs
  setClientState(context, user, resource, announce.inactive)
  // What a former owner kept from it died with that one; in a planned hand-over it was delivered first.
  if (announce.inactive && !wasHandedOver) refreshPresence(context, user, resource)
  handEarly(context, user, resource, { isNew: false })
  if (resource.expected === 0) complete(context, user, resource)
}

/** A stanza that the edge wrote and the client has not acknowledged. */
export function handleUnacked(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (!resource || resource.expected === 0 || !envelope.stanza) return
  const { stanza, id, stream: source, count: sequence } = envelope
  const mark = source === '' ? undefined : { source, sequence }
  resource.announced?.unacked.push({ stanza, id, mark })
  resource.expected--
  if (resource.expected === 0) complete(context, user, resource)
}

function complete(context: SessionContext, user: User, resource: Resource): void {
  context.events.announced()
  resource.managed = resource.announced
  resource.announced = undefined
  if (resource.complete || resource.wasComplete) context.records.dropUnacked(user, resource)
  resource.complete = false
  resource.wasComplete = false
  catchUp(context, user, resource)
  context.records.changed(user, resource)
}

/** Told again, because the way here was set up anew: nothing of it is news. */
function isWhole(known: Resource, edge: string, conn: number): boolean {
  return known.isOn(edge, conn) && (known.attachment === 'connected' || known.attachment === 'catching-up')
}

/**
 * The former owner had recorded that this very connection is lost: what the edge knows is older, and what came since is in the queue that
 * was recorded. Where the edge did not mean to lose it, its client is to come back.
 */
function sleepsWhereItWas(known: Resource, edge: string, conn: number): boolean {
  return known.attachment === 'hibernating' && known.isOn(edge, conn)
}

/** The session went on elsewhere meanwhile, or its name was given to another. */
function supersededBy(
  context: SessionContext,
  user: User,
  known: Resource | undefined,
  announce: Announce,
  conn: number,
  edge: string,
): boolean {
  if (!known) return user.resource(announce.jid as FullJid) !== undefined
  if (known.isOn(edge, conn) || known.attachment === 'hibernating') return false
  // Two edges think that they have it: the one that the former owner recorded is right, as long as it lives.
  return known.attachment !== 'recovering' || known.expected > 0 || isAlive(context, known.edge)
}

function isAlive({ ownership, departed }: SessionContext, edge: string): boolean {
  return !departed.has(edge) && ownership.members(Kind.instance).some(({ instance }) => instance === edge)
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
  // What was in custody would be in its record.
  resource.bereft = announce.custody > 0
  user.resources.push(resource)
  return resource
}

function dismiss(context: SessionContext, user: User, announced: Envelope, edge: string, reason = UNKNOWN): void {
  const envelope = new Envelope(Op.disconnect)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.heldEpochOf(user.partition)
  envelope.conn = announced.conn
  envelope.body = codecs.disconnect.encode(reason)
  context.router.tell(edge, envelope)
}
