import { NS, type Stanza } from '@heliograph/stanza'
import { takeBack } from '../archive/retraction.ts'
import { type Arrived, refuse } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { broadcast, fromOccupant } from './broadcast.ts'
import { changeSubject } from './change-subject.ts'

const SUBJECT = `{${NS.client}}subject`
const THREAD = `{${NS.client}}thread`

/** An occupant says something to all (XEP-0045 §7.4). */
export function sayToAll(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza } = arrived
  if (isSubjectChange(stanza)) return changeSubject(context, arrived, occupant)
  // §7.4: visitors of a moderated room have no voice.
  if (!roleMay(occupant.role, 'speak', room.about.config)) return refuse(context, arrived, 'forbidden')
  const message = fromOccupant(room, occupant, stanza)
  const id = broadcast(context, arrived, { message, occupant })
  if (id === undefined) return refuse(context, arrived, 'resource-constraint')
  takeBack(context, room, { message, author: arrived.from, id })
}

/** §8.1: a subject, and neither body nor thread. */
export function isSubjectChange(message: Stanza): boolean {
  return message.has(SUBJECT) && !message.hasBody && !message.has(THREAD)
}
