import { setTimeout as sleep } from 'node:timers/promises'
import { el, NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { idToDate } from '../users/clock.ts'
import { persistently } from '../users/persistently.ts'
import { readStanza } from '../users/read-stanza.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { fitting } from './fitting.ts'
import type { StoredMessage } from './row.ts'
import { withStanzaId } from './stanza-ids.ts'

const BATCH = 100
/** A database, or a client, that takes longer than this must not hold up what comes live. */
const HOLD_MS = 2000
const ROOM_MS = 50

/**
 * Gives a resource that became available the messages that waited for one (XEP-0160 §3), oldest first, each with the time it came
 * (XEP-0203). What comes meanwhile is delivered after them. Once handed over they wait no more; what the client then doesn't acknowledge
 * waits again when its session ends.
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
    const expected = user.offline
    const found = await context.archive.offline(user.jid, progress.last, size)
    const waiting = fitting(found, context.config.maxUnacked.bytes >> 2)
    if (waiting.length === 0) {
      // Less what came to wait since the database was asked.
      user.offline = Math.max(0, user.offline - expected)
      return progress.done()
    }
    if (!isThere(user, resource)) return progress.done()
    // XEP-0386 §3.2: what a client fetches from the archive waits for it no more. What isn't in the archive it must be given.
    for (const message of waiting)
      if (message.transient || message.id > resource.fetches)
        context.outgoing.deliver(user, resource, restore(user, message), message.id)
    progress.last = waiting.at(-1)!.id
    user.offline = Math.max(0, user.offline - waiting.length)
    await context.archive.handedOver(user.jid, waiting)
    void whenRoom(context, user, resource).then(() => nextBatch(context, user, resource, progress))
  }
  persistently(context, user, chore, progress.done)
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

/** Messages that were handed to a session which ended without acknowledging them wait for the next one. */
export function keepForLater(context: SessionContext, user: User, ids: readonly number[]): void {
  user.offline += ids.length
  persistently(context, user, async () => {
    // While the database is slow they may have been delivered before their commit.
    await context.archive.flushed()
    await context.archive.markOffline(user.jid, ids)
  })
}
