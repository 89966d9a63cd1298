import { partitionOf } from '@heliograph/ownership'
import type { MucContext } from './context.ts'

/** Somebody asked for a room that isn't there. */
const ABSENT_MS = 5_000

/** Rooms in which nobody is, and nothing happens, leave memory. */
export function sweep(context: MucContext, now: number): void {
  context.challenges.sweep(now, (room) => context.ownership.heldEpochOf(partitionOf(room)) !== 0)
  for (const room of context.rooms) {
    const patience = room.details === 'absent' ? ABSENT_MS : context.config.idleRoomMs
    if (room.idle && now - room.touched > patience) context.rooms.remove(room)
  }
}
