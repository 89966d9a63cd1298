import type { MucContext } from './context.ts'
import type { Room } from './room.ts'

/** The first of `count` consecutive sequences of a room, above all that it gave out before. */
export function takeSequences({ clock }: Pick<MucContext, 'clock'>, room: Room, count = 1): number {
  const first = clock.next(room.lastSequence)
  room.lastSequence = first + count - 1
  return first
}
