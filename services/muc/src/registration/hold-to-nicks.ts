import type { MucContext } from '../context.ts'
import { announce } from '../presence/announce.ts'
import { sendAll } from '../presence/depart.ts'
import { goOnAs } from '../presence/go-on-as.ts'
import type { Room } from '../room.ts'
import { lockedNick } from './locked-nick.ts'

/** Nicks are locked now, or kept for others than before: who is here under one that isn't his goes on under his (XEP-0045 §7.10). */
export function holdToNicks(context: MucContext, room: Room): void {
  if (!room.about.config.nicksLocked) return
  for (const occupant of [...room.occupants]) {
    const nick = lockedNick(room, occupant.bare)
    if (nick === undefined || nick === occupant.nick) continue
    const holder = room.occupants.named(nick)
    // Somebody had it before it was kept for another: he has it until he leaves.
    if (holder !== undefined && holder.bare !== occupant.bare) continue
    const renamed = goOnAs(context, room, occupant, { nick })
    sendAll(room, announce(context, room, renamed, { codes: [210] }))
    context.records.changed(room, renamed)
  }
}
