import { type FullJid, resourceOf } from '@heliograph/jid'
import { type Arrived, refuse } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import { isTaken } from '../entering/admission.ts'
import type { Occupant } from '../occupant.ts'
import { lockedNick } from '../registration/locked-nick.ts'
import type { Room } from '../room.ts'
import { announce } from './announce.ts'
import { sendAll } from './depart.ts'
import { goOnAs } from './go-on-as.ts'
import { note } from './note.ts'
import { keptPresence } from './occupant-presence.ts'

/** An occupant goes on under another nick, with all his clients (XEP-0045 §7.6). */
export function changeNick(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza, trace } = arrived
  const nick = resourceOf(stanza.to!)
  if (!mayChangeTo(room, occupant, nick)) return refuse(context, arrived, 'not-acceptable')
  // His other occupant, which he has by another client, stays who it is.
  if (isTaken(room, nick, occupant.bare) || room.occupants.named(nick)) return refuse(context, arrived, 'conflict')
  const session = occupant.sessionOf(arrived.from as FullJid)!
  const renamed = goOnAs(context, room, occupant, { nick, foremost: session })
  session.presence = keptPresence(stanza)
  note(session, arrived)
  sendAll(room, announce(context, room, renamed, { id: stanza.id, trace }))
  context.records.changed(room, renamed, arrived.taken)
}

/** Who has to have one nick may always have that, and no other. */
function mayChangeTo(room: Room, { bare, role }: Occupant, nick: string): boolean {
  const locked = lockedNick(room, bare)
  return locked === undefined ? roleMay(role, 'changeNick', room.about.config) : nick === locked
}
