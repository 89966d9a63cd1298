import { setTimeout as sleep } from 'node:timers/promises'
import { el, NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { idToDate } from '../users/clock.ts'
import { readStanza } from '../users/read-stanza.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import type { StoredMessage } from './row.ts'
import { withStanzaId } from './stanza-ids.ts'

const BATCH = 100
/** A database that takes longer than this must not hold up what comes live. */
const FLUSH_MS = 2000

/**
 * Gives a resource that became available the messages that waited for one (XEP-0160 §3), oldest first, each with the time it came
 * (XEP-0203). What comes meanwhile is delivered after them. They are unmarked once handed over; what the client then doesn't acknowledge is
 * marked again when its session ends.
 */
export function deliverOffline(context: SessionContext, user: User, resource: Resource): void {
  const release = user.afterCommit.hold(() => {})
  const taken = user.chores.push(() => handOver(context, user, resource).finally(release))
  if (!taken) release()
}

async function handOver(context: SessionContext, user: User, resource: Resource): Promise<void> {
  // What was found to have no taker a moment ago may not be committed yet.
  await Promise.race([context.archive.flushed(), sleep(FLUSH_MS)])
  for (let last = 0; ; ) {
    const waiting = await context.archive.offline(user.jid, last, BATCH)
    if (waiting.length === 0 || !user.resources.includes(resource) || !resource.available) return
    for (const message of waiting) {
      context.outgoing.deliver(user, resource, restore(user, message), message.id)
    }
    last = waiting.at(-1)!.id
    await context.archive.clearOffline(user.jid, last)
  }
}

/** A stored message as it is delivered later than it came. */
export function restore(user: User, { id, stanza }: StoredMessage): Stanza {
  const late = el('delay', { xmlns: NS.delay, from: user.domain, stamp: idToDate(id).toISOString() })
  return withStanzaId(readStanza(Buffer.from(stanza)).append(late), user.jid, id)
}
