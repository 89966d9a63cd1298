import type { Parcel } from '@heliograph/distribution'
import type { FullJid } from '@heliograph/jid'
import type { Role } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import type { Occupant, Session } from '../occupant.ts'
import { someoneLeft } from '../remove-room.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import { followsFromNow } from '../subscriptions/end-subscriptions.ts'
import { ANNOUNCEMENT, announce, farewellParcels } from './announce.ts'
import type { Departure, Farewell } from './farewell.ts'

export interface Leaving extends Departure {
  /** His role from now on; none unless he only changes his nick. */
  readonly role?: Role
  /** What he said on leaving: a payload. */
  readonly payload?: string
  /** Runs when it is certain that everybody will hear of it. */
  readonly stored?: () => void
}

/** An occupant goes, with all his clients: he is told last. */
export function depart(context: MucContext, room: Room, occupant: Occupant, leaving: Leaving = {}): void {
  room.occupants.remove(occupant)
  context.records.removed(room, occupant)
  sayFarewell(
    context,
    room,
    farewellOf(context, room, { occupant, clients: clientsOf(occupant), leaving }),
    leaving.stored,
  )
  if (leaving.newNick !== undefined) return
  followsFromNow(context, room, occupant.bare)
  someoneLeft(context, room)
}

/** One client of an occupant goes; he himself only with the last one. */
export function departBy(
  context: MucContext,
  room: Room,
  occupant: Occupant,
  { session, ...leaving }: Leaving & { readonly session: Session },
): void {
  if (occupant.sessions.length === 1) return depart(context, room, occupant, leaving)
  const wasForemost = occupant.foremost === session
  const farewell = { ...farewellOf(context, room, { occupant, clients: [session.jid], leaving }), shown: false }
  room.occupants.removeSession(occupant, session)
  context.records.changed(room, occupant)
  sayFarewell(context, room, farewell, leaving.stored)
  // The others saw him by that client.
  if (wasForemost) sendAll(room, announce(context, room, occupant))
}

function farewellOf(
  context: MucContext,
  room: Room,
  {
    occupant,
    clients,
    leaving,
  }: { readonly occupant: Occupant; readonly clients: readonly FullJid[]; readonly leaving: Leaving },
): Farewell {
  const { stored: _, payload = '', role = 'none', ...departure } = leaving
  return {
    ...departure,
    nick: occupant.nick,
    occupantId: occupant.id,
    jid: clients.at(-1)!,
    affiliation: room.affiliationOf(occupant.bare),
    role,
    clients,
    shown: occupant.shown,
    sequence: takeSequences(context, room, ANNOUNCEMENT),
    payload,
  }
}

/** Kept until everybody has heard it, so that nobody is seen in the room whom its owner's death took out. */
function sayFarewell(context: MucContext, room: Room, farewell: Farewell, stored?: () => void): void {
  context.records.left(room, farewell, stored)
  context.events.left(farewell.clients.length)
  const parcels = farewellParcels(room, farewell)
  let untaken = parcels.length
  const taken = () => {
    untaken--
    if (untaken === 0) context.records.told(room, farewell)
  }
  room.out.pass(() => {
    for (const parcel of parcels) room.lane.send(parcel, taken)
  })
}

/** In the room's order. */
export function sendAll(room: Room, parcels: readonly Parcel[]): void {
  room.out.pass(() => {
    for (const parcel of parcels) room.lane.send(parcel)
  })
}

function clientsOf(occupant: Occupant): readonly FullJid[] {
  return occupant.sessions.map(({ jid }) => jid)
}
