import { refusedEntry } from '../authority/entry.ts'
import { isAtLeast } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import { announce } from '../presence/announce.ts'
import { depart, sendAll } from '../presence/depart.ts'
import { holdToNicks } from '../registration/hold-to-nicks.ts'
import type { Room } from '../room.ts'

/** What a former owner of the room had stored and not carried out: who may not be here goes, who is an admin now moderates. */
export function reconcile(context: MucContext, room: Room): void {
  const { config } = room.about
  for (const occupant of [...room.occupants]) {
    const affiliation = room.affiliationOf(occupant.bare)
    const refused = refusedEntry(affiliation, config)
    if (refused !== undefined) {
      depart(context, room, occupant, { codes: [refused === 'forbidden' ? 301 : 321] })
    } else if (isAtLeast(affiliation, 'admin') && occupant.role !== 'moderator') {
      occupant.role = 'moderator'
      sendAll(room, announce(context, room, occupant))
      context.records.changed(room, occupant)
    }
  }
  holdToNicks(context, room)
}
