import { randomBytes } from 'node:crypto'
import { codecs, Envelope, Kind, Op, type Open, PLAIN_OPENED } from '@heliograph/bus'
import { bareOf, type FullJid, type Jid, localOf, makeJid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'
import { handEarly } from '../rooms/parcels.ts'
import { endSession } from '../users/end-session.ts'
import { Resource } from '../users/resource.ts'
import type { Extent, User, Work } from '../users/user.ts'
import { waitFor } from '../users/waiting.ts'
import { custodyAdvanced } from './custody.ts'
import { manage } from './enable.ts'
import { extentFor, forgetOpening } from './extent.ts'

/** An authenticated stream binds a resource (RFC 6120 §7). */
export function handleOpen(context: SessionContext, user: User, work: Work): void {
  const { envelope, from } = work
  const open = codecs.open.decode(envelope.body!)
  const waited = forgetOpening(user, from, envelope.conn)
  // Its connection is gone meanwhile.
  if (work.looked !== undefined && !waited) return
  // Asked again, because the way here was set up anew before our answer arrived.
  const before = user.onConnection(from, envelope.conn)
  if (before) return answerOpened(context, user, before)
  if (context.departed.has(from)) return
  if (!user.mayCome) return refuseOpen(context, user, from, envelope.conn, 'not-allowed')
  const known = open.fetches && !user.anonymous ? extentFor(context, user, work) : undefined
  if (known === 'later') return
  const former = replacedBy(user, open).find(({ managed, isIncomplete }) => managed !== undefined && isIncomplete)
  // What its edge has of it, and nobody acknowledged, would be lost with it.
  if (former) return waitFor(former, { envelope, from })
  endEarlier(context, user, open.client)
  const jid = chooseResource(context, user, open)
  if (jid === undefined) return refuseOpen(context, user, from, envelope.conn, 'conflict')
  if (!makeRoom(context, user)) return refuseOpen(context, user, from, envelope.conn, 'resource-constraint')
  const resource = new Resource({
    jid,
    name: jid.slice(user.jid.length + 1),
    stream: randomBytes(15).toString('base64url'),
    edge: from,
    conn: envelope.conn,
    origin: open,
    received: 0,
    since: Date.now(),
    custodyAdvanced: custodyAdvanced(context, user),
  })
  // What is in the archive already is the client's to ask for; only what comes from now on is delivered.
  resource.lastId = user.lastArchiveId
  if (open.fetches) resource.fetches = user.lastArchiveId
  if (open.manage) resource.managed = manage(context, user, resource, open)
  if (open.copies) resource.carbonsFrom = context.clock.next(user.lastArchiveId)
  user.resources.push(resource)
  context.events.sessionOpened()
  answerOpened(context, user, resource, known)
  handEarly(context, user, resource, { isNew: true })
  if (open.manage || open.copies) context.records.changed(user, resource)
}

function answerOpened(context: SessionContext, user: User, resource: Resource, known?: Extent): void {
  const { jid, stream, lastId, managed } = resource
  context.outgoing.tellEdge(user, resource, Op.opened, (reply) => {
    reply.body = codecs.opened.encode({
      ...PLAIN_OPENED,
      jid,
      stream,
      lastId,
      ...(managed && { managed: true, smId: managed.id, max: managed.max }),
      ...(known && { extent: true, firstMessage: known.first, lastMessage: known.last }),
    })
  })
}

/** XEP-0386 §3.2: earlier sessions of the same installation of a client, lost ones too, end with the new one. */
function endEarlier(context: SessionContext, user: User, client: string): void {
  for (const resource of ofClient(user, client))
    endSession(context, user, resource, { condition: 'conflict', text: 'replaced by a new connection' })
}

function ofClient(user: User, client: string): Resource[] {
  if (client === '') return []
  return user.resources.filter(({ name }) => name === client || name.endsWith(`/${client}`))
}

/** Sessions that end with the new one, unless policy is against it. */
function replacedBy(user: User, open: Open): Resource[] {
  const holders = open.resource === '' ? [] : user.resources.filter(({ name }) => name === open.resource)
  return [...ofClient(user, open.client), ...holders]
}

export function refuseOpen(
  context: SessionContext,
  user: User,
  edge: string,
  conn: number,
  condition: string,
  h = -1,
): void {
  const reply = new Envelope(Op.refused)
  reply.emitterKind = Kind.user
  reply.emitterPartition = user.partition
  reply.epoch = context.ownership.heldEpochOf(user.partition)
  reply.conn = conn
  reply.body = codecs.refused.encode({ condition, text: '', h })
  context.router.tell(edge, reply)
}

/** RFC 6120 §7.6.2.1: no more resources than the server allows. Of sessions whose clients are gone the oldest gives way. */
function makeRoom(context: SessionContext, user: User): boolean {
  if (user.resources.length < context.config.maxResources) return true
  const hibernating = user.resources.filter(({ attachment }) => attachment === 'hibernating')
  const [oldest] = hibernating.sort((a, b) => a.deadline - b.deadline)
  if (oldest) endSession(context, user, oldest)
  return oldest !== undefined
}

/** The full JID to bind: as asked for, or made here; a conflict is settled by policy (RFC 6120 §7.7.2.2). */
function chooseResource(context: SessionContext, user: User, open: Open): FullJid | undefined {
  const local = localOf(user.jid as Jid)
  const generated = () => makeJid(local, user.domain, randomBytes(9).toString('base64url')) as FullJid
  if (open.resource === '') return generated()
  const wanted = makeJid(local, user.domain, open.resource)
  if (wanted === undefined || bareOf(wanted) !== user.jid) return generated()
  const holder = user.resource(wanted as FullJid)
  if (holder === undefined) return wanted as FullJid
  switch (context.config.resourceConflict) {
    case 'replace':
      endSession(context, user, holder, { condition: 'conflict', text: 'replaced by a new connection' })
      return wanted as FullJid
    case 'reassign':
      return makeJid(local, user.domain, `${open.resource}-${randomBytes(4).toString('hex')}`) as FullJid
    case 'refuse':
      return undefined
  }
}
