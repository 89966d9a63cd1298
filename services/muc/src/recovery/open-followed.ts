import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { openRoom, REPEATED_US } from './repeat-last.ts'

const RETRY_MS = 1_000

/** Rooms whose owner died and that nobody may be in, so that no record of them is left: those who follow them still want what it said last. */
export async function openFollowed(context: MucContext, partition: number): Promise<void> {
  for (const jid of await followed(context, partition)) {
    const room = context.rooms.get(jid, partition)
    room.mailbox.pushBeyond(async () => {
      if (room.details === undefined) await openRoom(context, room)
    })
  }
}

async function followed(context: MucContext, partition: number): Promise<readonly BareJid[]> {
  const after = Date.now() * 1000 - REPEATED_US
  while (context.ownership.heldEpochOf(partition) !== 0) {
    try {
      return await context.store.followed(partition, after)
    } catch (error) {
      if (!isUnavailable(error)) {
        context.log.error('followed_rooms_unread', { partition, error })
        return []
      }
    }
    await sleep(RETRY_MS)
  }
  return []
}
