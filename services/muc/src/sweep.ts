import type { MucContext } from './context.ts'

/** Rooms in which nobody is, and nothing happens, leave memory. */
export function sweep(context: MucContext, now: number): void {
  for (const room of context.rooms)
    if (room.idle && now - room.touched > context.config.idleRoomMs) context.rooms.remove(room)
}
