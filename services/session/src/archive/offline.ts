import { setTimeout as sleep } from 'node:timers/promises'
import { fitting, idToDate, type StoredMessage, type WaitingMessage, withStanzaId } from '@heliograph/archive'
import { el, NS, readStanza, type Stanza } from '@heliograph/stanza'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { persistently } from '../users/persistently.ts'
import type { Resource } from '../users/resource.ts'
import type { Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'
import { idsInHand, waitsNoMore } from './taken.ts'

const BATCH = 100
/** A database, or a client, that takes longer than this must not hold up what comes live. */
const HOLD_MS = 2000
const ROOM_MS = 50

/**
 * Gives a resource that became available the messages that waited for one (XEP-0160 §3), oldest first, each with the time it came
 * (XEP-0203). What comes meanwhile is delivered after them. They go on waiting until the client acknowledges them (without XEP-0198: until they
 * are written), but not for another. What the client has read in the archive before is not sent once more.
 */
export function deliverOffline(context: SessionContext, user: User, resource: Resource): void {
  if (user.offline === 0) return
  const release = user.afterCommit.hold(() => {})
  const timer = setTimeout(release, HOLD_MS)
  const done = () => {
    clearTimeout(timer)
    release()
  }
  nextBatch(context, user, resource, { last: 0, done })
}

function nextBatch(
  context: SessionContext,
  user: User,
  resource: Resource,
  progress: { last: number; readonly done: () => void },
): void {
  const size = Math.max(1, Math.min(BATCH, context.config.maxUnacked.stanzas >> 1))
  const chore = async (): Promise<void> => {
    // What was found to have no taker a moment ago may not be committed yet.
    await context.archive.flushed()
    if (!isThere(user, resource)) return progress.done()
    const found = await context.archive.offline(user.jid, progress.last, size)
    const waiting = fitting(found, context.config.maxUnacked.bytes >> 2)
    if (waiting.length === 0 || !isThere(user, resource)) return progress.done()
    give(context, user, resource, waiting)
    progress.last = waiting.at(-1)!.id
    void whenRoom(context, user, resource).then(() => nextBatch(context, user, resource, progress))
  }
  persistently(context, user, chore, progress.done)
}

function give(context: SessionContext, user: User, resource: Resource, waiting: readonly WaitingMessage[]): void {
  const inHand = idsInHand(user)
  const taken: number[] = []
  for (const message of waiting) {
    const { id } = message
    if (inHand.has(id)) continue
    const hasRead = resource.read?.delete(id) === true || isFetched(resource, message)
    const stanza = restore(user, message)
    // XEP-0191 §3.3: nothing is delivered of who has come to be blocked meanwhile.
    const isBlocked = blocks(user, stanza.from)
    if (!hasRead && !isBlocked) context.outgoing.deliver(user, resource, stanza, id)
    if (hasRead || isBlocked || !resource.managed) taken.push(id)
  }
  if (taken.length > 0) waitsNoMore(context, user, taken)
}

/** XEP-0386 §3.2: what a client fetches from the archive waits for it no more. What isn't in the archive it must be given. */
function isFetched(resource: Resource, { id, transient }: WaitingMessage): boolean {
  return !transient && id <= resource.fetches
}

function isThere(user: User, resource: Resource): boolean {
  return resource.available && user.resources.includes(resource)
}

/** The client acknowledges at its own pace; more than it is allowed to leave unacknowledged would end its session. */
async function whenRoom({ config }: SessionContext, user: User, resource: Resource): Promise<void> {
  const { stanzas, bytes } = config.maxUnacked
  const full = () => {
    const unacked = resource.managed?.unacked
    return unacked !== undefined && (unacked.length * 2 > stanzas || unacked.bytes * 2 > bytes)
  }
  while (isThere(user, resource) && full()) await sleep(ROOM_MS)
}

/** A stored message as it is delivered later than it came. */
export function restore(user: User, { id, stanza }: StoredMessage): Stanza {
  const late = el('delay', { xmlns: NS.delay, from: user.domain, stamp: idToDate(id).toISOString() })
  return withStanzaId(readStanza(Buffer.from(stanza)).append(late), user.jid, id)
}

/**
 * Messages that were handed to a session which ended without acknowledging them wait for the next one. `notStored` is
 * told of each that can't, because it isn't in the archive; `kept` is called when the others are marked.
 */
export function keepForLater(
  context: SessionContext,
  user: User,
  deliveries: readonly Delivery[],
  notStored: (delivery: Delivery) => void,
  kept: () => void = () => {},
): void {
  const ids = deliveries.map(({ id }) => id)
  user.offline += ids.length
  user.offlineUpTo = Math.max(user.offlineUpTo, ...ids)
  persistently(context, user, async () => {
    // While the database is slow they may have been delivered before their commit.
    await context.archive.flushed()
    const { waiting, marked } = await context.archive.markOffline(user.jid, ids)
    user.offline = Math.max(0, user.offline - ids.length + marked)
    for (const delivery of deliveries) if (!waiting.has(delivery.id)) notStored(delivery)
    kept()
  })
}
