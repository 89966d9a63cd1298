import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { SessionContext } from '../context.ts'
import type { User } from './user.ts'

const RETRY_MS = 250

/**
 * Runs a chore that must not be lost: again while the database is away, as long as the user is owned here. Nothing that depends on it is
 * acknowledged before it is done, so a loss of ownership loses nothing. `refused` is called when it can't be done: too much waits
 * already, or the database will have none of it. A chore that nobody can be refused (there is no `refused`) is taken at the bound, too.
 */
export function persistently(
  context: SessionContext,
  user: User,
  chore: () => Promise<void>,
  refused?: (reason: 'full' | 'failed') => void,
): void {
  const work = async (): Promise<void> => {
    try {
      await untilDone(context, user, chore)
    } catch (error) {
      context.log.error('chore_failed', { jid: user.jid, error })
      refused?.('failed')
    }
  }
  if (refused === undefined) user.chores.pushBeyond(work)
  else if (!user.chores.push(work)) {
    context.events.choresFull()
    context.log.warn('chores_full', { jid: user.jid })
    refused('full')
  }
}

async function untilDone(context: SessionContext, user: User, chore: () => Promise<void>): Promise<void> {
  while (context.ownership.heldEpochOf(user.partition) !== 0) {
    try {
      return await chore()
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('chore_waits', { jid: user.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
  }
}
