import type { BareJid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { depart } from '../presence/depart.ts'
import type { Room } from '../room.ts'

/** Whether a block list keeps somebody out of a room. Who is something there was let in by people who know him. */
export function isListed({ listed }: Pick<MucContext, 'listed'>, room: Room, user: BareJid): boolean {
  return listed.isAsked && room.affiliationOf(user) === 'none' && listed.has(user)
}

/** Block lists name some that they didn't: those who are in rooms have to go, as if they had been banned. */
export function removeListed(context: MucContext, isNew: (user: BareJid) => boolean): void {
  for (const room of context.rooms) {
    if (![...room.occupants].some(({ bare }) => isNew(bare))) continue
    room.mailbox.pushBeyond(() => {
      if (typeof room.details !== 'object') return
      const listed = [...room.occupants].filter(({ bare }) => isListed(context, room, bare))
      for (const occupant of listed) {
        context.events.listedRefused()
        // XEP-0045 §9.1
        depart(context, room, occupant, { codes: [301] })
      }
    })
  }
}
