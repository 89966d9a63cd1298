import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { MucContext } from './context.ts'
import { detailsOf, type Room } from './room.ts'
import { endUnfit } from './subscriptions/end-subscriptions.ts'

const RETRY_MS = 250

/**
 * Reads what a room is. While Postgres is away it is tried again: this room's mailbox waits, the others go on.
 * @returns false when the partition went to another instance meanwhile
 */
export async function loadRoom(context: MucContext, room: Room): Promise<boolean> {
  while (context.ownership.heldEpochOf(room.partition) !== 0) {
    try {
      const [stored, tail] = await Promise.all([context.store.load(room.jid), context.archive.tail(room.jid)])
      if (context.ownership.heldEpochOf(room.partition) === 0) return false
      room.details = stored ? detailsOf(stored) : 'absent'
      // A message takes two at most.
      room.lastSequence = Math.max(room.lastSequence, tail.lastId + 1)
      for (const { stream, count } of [...tail.ingress].reverse()) room.recent.add(stream, count)
      // What a former owner had begun.
      if (stored && stored.subscriptions.length > 0) await endUnfit(context, room)
      return true
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('room_load_waits', { room: room.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
  }
  return false
}
