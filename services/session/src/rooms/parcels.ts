import { Address, type Envelope } from '@heliograph/bus'
import type { Mark } from '@heliograph/distribution'
import { type BareJid, bareOf, type FullJid, isFull, type Jid } from '@heliograph/jid'
import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { isFromRoom } from '../payloads/eligibility.ts'
import { forward } from '../pipeline/forward.ts'
import { receiveMessage } from '../pipeline/inbound-message.ts'
import { wake } from '../push/away.ts'
import type { Recipient } from '../users/copies.ts'
import type { Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'
import { noteStay } from './note-stay.ts'

/** What a room or node distributes. */
export interface ParcelWork extends Work {
  readonly mark: Mark
  /** Who gets it with others in one envelope. */
  readonly recipients?: Recipient[] | undefined
}

/** Undefined for what isn't distributed by a room or node. */
export function markOf({ stream: source, count: sequence }: Envelope): Mark | undefined {
  return source === '' ? undefined : { source, sequence }
}

/**
 * To one user, now or in his turn. It is not archived (the room does that), not copied, and doesn't wait for anybody. False when too much
 * waits for the user: its sender is to send it again, and what follows after it.
 */
export function handParcel(context: SessionContext, work: ParcelWork, to: Jid, partition: number): boolean {
  const bare = bareOf(to) as BareJid
  if (!isFull(to) && isFromRoom(work.envelope.stanza!))
    return enqueue(context, work, { user: context.users.get(bare, partition), to })
  const user = context.users.find(bare, partition)
  if (!user || user.resources.length === 0) {
    const stanza = work.envelope.stanza!
    if (context.lists.heard(stanza, to)) return true
    const outcome = keepEarly(context, partition, to, work)
    if (outcome === 'full') context.introductions.refuse(work.from, partition)
    if (outcome === 'late') answerForNobody(context, { jid: bare, partition }, to, stanza)
    return outcome !== 'full'
  }
  if (user.profile !== undefined && !user.mailbox.busy) {
    handParcelNow(context, user, to, work)
    return true
  }
  // Taken over a moment ago: whom the user blocks has to be read first; and nothing overtakes what waits for that.
  return enqueue(context, work, { user, to })
}

/** In the user's mailbox, who is loaded for it if he isn't here. */
function enqueue(
  { config, introductions }: SessionContext,
  { envelope, from }: ParcelWork,
  { user, to }: { readonly user: User; readonly to: Jid },
): boolean {
  if (user.mailbox.depth < config.mailboxBound) {
    user.mailbox.push({ envelope, from, to })
    return true
  }
  introductions.refuse(from, user.partition)
  return false
}

/** To the resources meant; who can be told with others is added to `recipients`. */
export function handParcelNow(context: SessionContext, user: User, to: Jid, work: ParcelWork): void {
  const stanza = work.envelope.stanza!
  if (blocks(user, stanza.from)) return
  if (!isFull(to) && isFromRoom(stanza)) return receiveFollowed(context, user, to, work)
  if (!isFull(to)) {
    for (const resource of user.resources) if (resource.available) handTo(context, user, resource, Address.bare, work)
    return
  }
  const resource = user.resource(to as FullJid)
  if (resource) return handTo(context, user, resource, Address.full, work)
  const outcome = keepEarly(context, user.partition, to, work)
  if (outcome === 'full') context.events.earlyDropped()
  if (outcome === 'late') answerForNobody(context, user, to, stanza)
}

/** A session that was waited for is there. One that only has the name of a former one, which was in rooms, isn't in them. */
export function handEarly(
  context: SessionContext,
  user: User,
  resource: Resource,
  { isNew }: { isNew: boolean },
): void {
  for (const parcel of context.early.take(resource.jid)) {
    const stanza = parcel.envelope.stanza!
    if (isNew && (stanza.name !== 'message' || stanza.type === 'groupchat')) continue
    handParcelNow(context, user, resource.jid as Jid, { ...parcel, recipients: undefined })
  }
}

/** Sessions that nobody told of in time are gone: each sender of a message learns so, and a room once. */
export function giveUpEarly(context: SessionContext): void {
  const { early, tenure, config } = context
  if (early.length === 0) return
  for (const [session, partition] of early) {
    if (tenure.isSettling(partition, config.announceWithinMs)) continue
    const said = early.take(session).map(({ envelope }) => envelope.stanza!)
    const user = { jid: bareOf(session as Jid) as BareJid, partition }
    const last = said.findLast(({ type }) => type === 'groupchat')
    for (const stanza of said)
      if (stanza.type !== 'groupchat' || stanza === last) answerForNobody(context, user, session as Jid, stanza)
  }
}

/** `late`: nobody will tell of its session any more. Blocked or not is asked when the user is there. */
function keepEarly(context: SessionContext, partition: number, to: Jid, work: ParcelWork): 'kept' | 'full' | 'late' {
  const { tenure, config, early } = context
  if (!isFull(to) || !tenure.isSettling(partition, config.announceWithinMs)) return 'late'
  return early.hold(to as FullJid, partition, work) ? 'kept' : 'full'
}

/** What a room says to who isn't there: a message like others, stored, waiting and told of. Its room's id is known if it comes again. */
function receiveFollowed(context: SessionContext, user: User, to: Jid, { envelope, mark }: ParcelWork): void {
  const { source: stream, sequence: count } = mark
  if (user.repetitions.seen(stream, count)) return
  const stanza = envelope.stanza!.with({ to })
  receiveMessage(context, { user, stanza, stream, count, trace: envelope.trace, taken: () => {} })
}

function handTo(context: SessionContext, user: User, resource: Resource, as: Address, work: ParcelWork): void {
  const { envelope, mark, recipients } = work
  const stanza = envelope.stanza!
  const { trace } = envelope
  const recipient = { user, resource, as }
  noteStay(context, user, resource, stanza)
  if (user.push !== undefined && stanza.name === 'message' && (resource.marks?.of(mark.source) ?? 0) < mark.sequence)
    wake(context, { user, stanza }, { id: 0, takers: [resource] })
  if (user.afterCommit.length === 0 && recipients) recipients.push(recipient)
  else
    user.afterCommit.pass(() => {
      if (user.resources.includes(resource)) context.outgoing.deliverCopies([recipient], stanza, { trace, mark })
    })
}

/**
 * RFC 6121 §8.5.3.2.1: who sends messages to a resource that isn't there learns so, and a room that its occupant is gone. Presence is
 * ignored.
 */
function answerForNobody(
  context: SessionContext,
  user: Pick<User, 'jid' | 'partition'>,
  to: Jid,
  stanza: Stanza,
): void {
  // To an account it is news that nobody waits for (§8.5.2.2.1).
  if (stanza.name !== 'message' || stanza.type === 'headline' || !isFull(to)) return
  const reply = errorReply(stanza.with({ to }), stanzaError('recipient-unavailable'))
  if (reply) forward(context, user, reply)
}
