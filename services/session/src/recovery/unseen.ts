import { isBare, trusted } from '@heliograph/jid'
import { restore } from '../archive/offline.ts'
import type { SessionContext } from '../context.ts'
import { isMeantFor } from '../pipeline/targets.ts'
import { persistently } from '../users/persistently.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

const MOST = 500
/** An owner lives no longer than its lease without writing its recovery copy; this is ample, in microseconds. */
const BEFORE_US = 30_000_000
/** A database that takes longer must not hold up what comes live. */
const HOLD_MS = 2_000

/** Archive ids of what may have been stored for a resource that its edge tells of as not available. */
export interface Unseen {
  readonly after: number
  readonly upTo: number
}

/** What it is, when such a resource is announced to a new owner. */
export function unseenBy({ lastArchiveId: upTo }: User, lastId: number): Unseen | undefined {
  const after = Math.max(lastId, upTo - BEFORE_US)
  return upTo > after ? { after, upTo } : undefined
}

/**
 * A resource says again that it is available: its former owner may have heard so and died before that was recorded, with messages stored for
 * it that it hasn't sent. Nobody else can have had them if nobody else is there. What comes meanwhile is delivered after them.
 */
export function deliverUnseen(context: SessionContext, user: User, resource: Resource): void {
  const { unseen } = resource
  resource.unseen = undefined
  const [only, ...others] = user.eligible()
  if (unseen === undefined || only !== resource || others.length > 0) return
  const release = user.afterCommit.hold(() => {})
  const timer = setTimeout(release, HOLD_MS)
  const done = () => {
    clearTimeout(timer)
    release()
  }
  const chore = async (): Promise<void> => {
    const found = await context.archive.after(user.jid, unseen.after, MOST)
    for (const message of user.resources.includes(resource) ? found : []) {
      if (message.outgoing || message.id > unseen.upTo) continue
      const stanza = restore(user, message)
      // What was for its full address it has been given by now.
      if (!isBare(trusted(stanza.to ?? user.jid)) || !isMeantFor(user, resource, stanza)) continue
      context.outgoing.deliver(user, resource, stanza, message.id)
    }
    done()
  }
  persistently(context, user, chore, done)
}
