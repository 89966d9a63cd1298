import { type FullJid, isFull, resourceOf, trusted } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { type Arrived, refuse } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { createRoom } from '../entering/create-room.ts'
import { enter } from '../entering/enter.ts'
import { slows } from '../limits/slows.ts'
import type { Occupant, Session } from '../occupant.ts'
import { lockedNick } from '../registration/locked-nick.ts'
import { announce } from './announce.ts'
import { changeNick } from './change-nick.ts'
import { departBy, sendAll } from './depart.ts'
import { note } from './note.ts'
import { keptPresence } from './occupant-presence.ts'
import { removeBroken } from './remove-broken.ts'
import { tellOutside } from './tell-outside.ts'

const ENTERS = `{${NS.muc}}x`

/** Presence that somebody sent to a room or to a nick in it (XEP-0045 §7.2, §7.6, §7.7, §7.14). */
export function handlePresence(context: MucContext, arrived: Arrived): void | Promise<void> {
  const { room, stanza, from } = arrived
  const occupant = room.occupants.by(from)
  const session = occupant?.sessionOf(from as FullJid)
  if (occupant && session && isRepeated(arrived, session)) {
    context.events.repeated()
    // What it did is certain when the occupant is stored.
    if (session.welcomed || !stanza.has(ENTERS)) return context.records.changed(room, occupant, arrived.taken)
  }
  switch (stanza.type) {
    case undefined:
      return available(context, arrived, occupant)
    case 'unavailable':
      if (occupant && session) return leave(context, arrived, { occupant, session })
      context.challenges.take(room, from as FullJid)
      return arrived.taken()
    case 'error':
      if (occupant && session) removeBroken(context, arrived, { occupant, session })
      return arrived.taken()
    default:
      // Subscriptions and probes: a room's presence is seen by its occupants alone.
      return arrived.taken()
  }
}

function available(context: MucContext, arrived: Arrived, occupant: Occupant | undefined): void | Promise<void> {
  const { room, stanza, from } = arrived
  const to = trusted(stanza.to!)
  // §7.2.1
  if (!isFull(to)) return refuse(context, arrived, 'jid-malformed')
  const isEntering = stanza.has(ENTERS)
  if (!isFull(from)) return refuse(context, arrived, 'bad-request')
  if (!occupant && !isEntering) {
    tellOutside(context, room, { client: from, as: to })
    return arrived.taken()
  }
  if (slows(context, arrived)) return
  if (room.details === 'absent') return createRoom(context, arrived)
  if (!occupant) return enter(context, arrived)
  const { nick, bare } = occupant
  // Who has to have the nick that he has enters under it again, whichever he asks for.
  if (isEntering && (resourceOf(to) === nick || lockedNick(room, bare) === nick)) return enter(context, arrived)
  return resourceOf(to) === nick
    ? changeAvailability(context, arrived, occupant)
    : changeNick(context, arrived, occupant)
}

/** §7.7 */
function changeAvailability(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza, trace } = arrived
  const session = occupant.sessionOf(arrived.from as FullJid)!
  session.presence = keptPresence(stanza)
  note(session, arrived)
  room.occupants.addSession(occupant, session)
  sendAll(room, announce(context, room, occupant, { id: stanza.id, trace }))
  context.records.changed(room, occupant, arrived.taken)
}

/** §7.14 */
function leave(
  context: MucContext,
  arrived: Arrived,
  { occupant, session }: { readonly occupant: Occupant; readonly session: Session },
): void {
  const payload = statusOf(arrived.stanza)
  departBy(context, arrived.room, occupant, { session, payload, stored: arrived.taken })
}

/** True when the room was sent this before, or something later by the same client. */
function isRepeated({ stream, count }: Arrived, session: Session): boolean {
  return stream !== '' && stream === session.stream && count <= session.count
}

/** `<status/>` of a presence as XML. */
function statusOf(presence: Stanza): string {
  return presence.children.includes('{jabber:client}status')
    ? presence.without((child) => child.name !== 'status').payload.toString()
    : ''
}
