import { idToDate } from '@heliograph/archive'
import { isUnavailable } from '@heliograph/database'
import { NS } from '@heliograph/stanza'
import { type Arrived, refuse } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { broadcast, fromOccupant } from './broadcast.ts'

/** XEP-0045 §8.1. Those who enter later are told what the room is about; so it is kept with the room, too. */
export function changeSubject(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza } = arrived
  if (!roleMay(occupant.role, 'changeSubject', room.about.config)) return refuse(context, arrived, 'forbidden')
  const message = fromOccupant(room, occupant, stanza)
  const id = broadcast(context, arrived, { message, occupant })
  if (id === undefined) return refuse(context, arrived, 'resource-constraint')
  const text = stanza.childText('subject', NS.client) ?? ''
  room.about.subject = { text, by: occupant.nick, at: idToDate(id).getTime() }
  context.store.setSubject(room.jid, room.about.subject).catch((error: unknown) => {
    const level = isUnavailable(error) ? 'warn' : 'error'
    context.log[level]('subject_unstored', { room: room.jid, error })
  })
}
