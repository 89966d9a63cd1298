import { isUnavailable } from '@heliograph/database'
import type { MucContext } from './context.ts'
import { loadRoom } from './load-room.ts'
import type { Room } from './room.ts'
import { tellEnded } from './subscriptions/end-subscriptions.ts'

/** To be called whenever somebody left: a temporary room ends with its last occupant, one that was never configured too (XEP-0045 §10.1). */
export function someoneLeft(context: MucContext, room: Room): void {
  if (room.occupants.size === 0) room.mailbox.pushBeyond(() => removeIfEmpty(context, room))
}

/** In the room's mailbox. */
export async function removeIfEmpty(context: MucContext, room: Room): Promise<void> {
  const { details } = room
  if (details === undefined || details === 'absent' || room.occupants.size > 0) return
  if (details.config.persistent && !details.locked) return
  try {
    await eraseRoom(context, room)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    // It is removed when its partition is loaded the next time, unless somebody enters before.
    context.log.warn('room_stays', { room: room.jid, reason: (error as Error).message })
  }
}

/**
 * Nothing of the room is left, nor of what was said in it: who makes one of that name hasn't made this one. What the store says counts: another
 * room may have been moved here since this one was read.
 */
async function eraseRoom(context: MucContext, room: Room): Promise<void> {
  if (!(await context.store.destroyPassing(room.jid))) {
    await loadRoom(context, room)
    return
  }
  if (typeof room.details === 'object') tellEnded(context, room, room.details.subscribers)
  room.details = 'absent'
  await context.archive.erase(room.jid)
}
