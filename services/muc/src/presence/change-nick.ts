import { type FullJid, resourceOf } from '@heliograph/jid'
import { type Arrived, refuse } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import { isTaken } from '../entering/admission.ts'
import { Occupant } from '../occupant.ts'
import { occupantJid } from '../room.ts'
import { announce } from './announce.ts'
import { depart, sendAll } from './depart.ts'
import { note } from './note.ts'
import { keptPresence } from './occupant-presence.ts'

/** An occupant goes on under another nick, with all his clients (XEP-0045 §7.6). */
export function changeNick(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza, trace } = arrived
  const nick = resourceOf(stanza.to!)
  if (!roleMay(occupant.role, 'changeNick', room.about.config)) return refuse(context, arrived, 'not-acceptable')
  // His other occupant, which he has by another client, stays who it is.
  if (isTaken(room, nick, occupant.bare) || room.occupants.named(nick)) return refuse(context, arrived, 'conflict')
  const { role, bare, id } = occupant
  const sessions = [...occupant.sessions].sort(
    (a, b) => Number(a.jid === arrived.from) - Number(b.jid === arrived.from),
  )
  depart(context, room, occupant, { codes: [303], newNick: nick, role })
  const renamed = new Occupant({ nick, jid: occupantJid(room.jid, nick), bare, id, role, changed: 0, sessions })
  // Who heard of his going hears where to.
  renamed.shown = occupant.shown
  const session = renamed.sessionOf(arrived.from as FullJid)!
  session.presence = keptPresence(stanza)
  note(session, arrived)
  room.occupants.add(renamed)
  sendAll(room, announce(context, room, renamed, { id: stanza.id, trace }))
  context.records.changed(room, renamed, arrived.taken)
}
