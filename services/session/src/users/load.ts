import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { SessionContext } from '../context.ts'
import { ingressKey } from './repetitions.ts'
import type { User } from './user.ts'

const RETRY_MS = 250

/**
 * Reads what routing needs of a user. While Postgres is away it is tried again: the user's mailbox waits, everyone else's goes on.
 * Ends without effect when the partition is lost meanwhile.
 */
export async function loadUser(context: SessionContext, user: User): Promise<void> {
  for (;;) {
    try {
      await readUser(context, user)
      return
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('user_load_waits', { jid: user.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
    if (context.ownership.epochOf(user.partition) === 0) return
  }
}

async function readUser(context: SessionContext, user: User): Promise<void> {
  const exists = await context.accounts.exists(user.jid)
  if (!exists) {
    user.profile = 'unknown'
    return
  }
  const [roster, tail] = await Promise.all([context.rosters.load(user.jid), context.archive.tail(user.jid)])
  user.lastArchiveId = Math.max(user.lastArchiveId, tail.lastId)
  user.repetitions.remember(tail.incoming.map(({ stream, count }) => ingressKey(stream, count)))
  for (const { origin, stream, count } of tail.outgoing) user.origins.set(origin, ingressKey(stream, count))
  user.profile = { account: user.jid, roster }
}
