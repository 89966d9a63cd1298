import type { MucContext } from '../context.ts'
import { goodbye } from '../presence/occupant-presence.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'

/** A room that is no more, and whose occupants don't know it: each is told that he isn't in it (XEP-0045 §15.6.2, status 332). */
export function tellLost(context: MucContext, room: Room): void {
  const lost = [...room.occupants]
  for (const occupant of lost) {
    const item = { role: 'none', affiliation: 'none', codes: [110, 332] } as const
    const stanza = goodbye({ jid: occupant.jid, occupantId: occupant.id, payload: '' }, item)
    const recipients = occupant.sessions.map(({ jid }) => jid)
    room.lane.send({ stanza, recipients, sequence: takeSequences(context, room) })
    room.occupants.remove(occupant)
    context.records.removed(room, occupant)
  }
  if (lost.length > 0) context.log.warn('room_lost', { room: room.jid, occupants: lost.length })
}
