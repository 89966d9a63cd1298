import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import { type Jid, localOf } from '@heliograph/jid'
import { Roster } from '@heliograph/roster'
import type { SessionContext } from '../context.ts'
import { isAttended } from '../push/away.ts'
import type { StoredPush } from '../push/push-store.ts'
import { UserPush } from '../push/user-push.ts'
import { completeQueue } from '../recovery/catch-up.ts'
import { loadExtras } from './load-extras.ts'
import { ingressKey } from './repetitions.ts'
import type { User } from './user.ts'

const RETRY_MS = 250

/**
 * Reads what routing needs of a user. While Postgres is away it is tried again: the user's mailbox waits, everyone else's goes on.
 * Ends without effect when the partition is lost meanwhile.
 */
export function loadUser(context: SessionContext, user: User): Promise<void> {
  user.loading ??= load(context, user).finally(() => {
    user.loading = undefined
  })
  return user.loading
}

async function load(context: SessionContext, user: User): Promise<void> {
  for (;;) {
    try {
      await context.loads.run(() => readUser(context, user))
      return
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('user_load_waits', { jid: user.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
    if (context.ownership.heldEpochOf(user.partition) === 0) return
  }
}

async function readUser(context: SessionContext, user: User): Promise<void> {
  // A domain: the server itself, which has no account.
  if (localOf(user.jid as Jid) === '') {
    user.profile = 'unknown'
    return
  }
  if (context.config.policies.get(user.domain)?.anonymous !== undefined) {
    user.anonymous = true
    user.profile = { account: user.jid, roster: new Roster() }
    return
  }
  const exists = await context.accounts.exists(user.jid)
  if (!exists) {
    user.profile = 'unknown'
    return
  }
  const [roster, tail, extras] = await Promise.all([
    context.rosters.load(user.jid),
    context.archive.tail(user.jid, context.tenure.isSettling(user.partition)),
    loadExtras(context.db, user.jid),
  ])
  user.blocked = extras.blocked
  user.avatar = extras.avatar
  user.push = extras.push && new UserPush(extras.push.services, extras.push.told)
  user.lastArchiveId = Math.max(user.lastArchiveId, tail.lastId)
  user.repetitions.remember(tail.incoming.map(({ stream, count }) => ingressKey(stream, count)))
  user.offline = tail.offline
  user.offlineUpTo = user.lastArchiveId
  user.archiving = tail.preferences
  const sent = new Set<string>()
  // The newest last, which is forgotten last.
  for (const { origin, stream, count } of tail.outgoing.toReversed()) {
    sent.add(ingressKey(stream, count))
    if (origin !== null) user.origins.remember(origin, ingressKey(stream, count))
  }
  user.sentBefore = sent.size > 0 ? sent : undefined
  for (const resource of user.resources) await completeQueue(context, user, resource)
  user.profile = { account: user.jid, roster }
  tellOfWaiting(context, user, extras.push)
}

/** Of what a former owner stored, and died before app servers knew of it. */
function tellOfWaiting(context: SessionContext, user: User, push: StoredPush | undefined): void {
  if (push === undefined || push.waits <= push.told || isAttended(user, context.config.push)) return
  if (context.tenure.isSettling(user.partition)) context.pushes.tell(user, undefined, push.waits)
}
