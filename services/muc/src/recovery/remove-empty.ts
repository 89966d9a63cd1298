import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { loadRoom } from '../load-room.ts'
import { removeIfEmpty } from '../remove-room.ts'

const RETRY_MS = 1_000

/** Rooms that were there only while somebody was in them, and whose owner died before it could remove them. */
export async function removeEmpty(context: MucContext, partition: number): Promise<void> {
  for (const jid of await temporary(context, partition)) {
    const room = context.rooms.get(jid, partition)
    room.mailbox.pushBeyond(async () => {
      if (room.details !== undefined || (await loadRoom(context, room))) await removeIfEmpty(context, room)
    })
  }
}

async function temporary(context: MucContext, partition: number): Promise<readonly BareJid[]> {
  while (context.ownership.heldEpochOf(partition) !== 0) {
    try {
      return await context.store.temporary(partition)
    } catch (error) {
      const { message } = error as Error
      if (!isUnavailable(error)) {
        context.log.error('temporary_rooms_unread', { partition, reason: message })
        return []
      }
    }
    await sleep(RETRY_MS)
  }
  return []
}
