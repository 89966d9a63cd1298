import type { BareJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { MucContext } from '../context.ts'
import { openRoom } from '../recovery/repeat-last.ts'
import type { Room } from '../room.ts'

/** Does something in a room's turn, once it is loaded. @throws when the room went to another owner, or too much waits for it */
export function inMailbox<Result>(
  context: MucContext,
  jid: BareJid,
  act: (room: Room) => Promise<Result>,
): Promise<Result> {
  const room = context.rooms.get(jid, partitionOf(jid))
  return new Promise((resolve, reject) => {
    const pushed = room.mailbox.push(async () => {
      const isOurs = room.details !== undefined || (await openRoom(context, room))
      if (isOurs) await act(room).then(resolve, reject)
      else reject(new Error('the room went to another owner'))
    })
    if (!pushed) reject(new Error('too much waits for this room'))
  })
}
