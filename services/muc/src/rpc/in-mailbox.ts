import type { BareJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { MucContext } from '../context.ts'
import { openRoom } from '../recovery/repeat-last.ts'
import type { Room } from '../room.ts'

/** The room went to another owner before its turn came: nothing was done. */
export class WentAway extends Error {
  constructor() {
    super('the room went to another owner')
  }
}

/** Does something in a room's turn, once it is loaded. @throws WentAway; and when too much waits for the room */
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
      else reject(new WentAway())
    })
    if (!pushed) reject(new Error('too much waits for this room'))
  })
}
