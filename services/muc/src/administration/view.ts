import type { BareJid, Jid } from '@heliograph/jid'
import type { Affiliates } from '../authority/affiliates.ts'
import { type Affiliation, isRoleAtLeast, type PresentRole, type Role, type Standing } from '../authority/standing.ts'
import type { RoomConfig } from '../forms/room-config.ts'

/** Somebody who is in the room, under one nick. */
export interface OccupantView {
  readonly nick: string
  readonly bare: BareJid
  readonly role: PresentRole
}

/** What administration looks at of a room. */
export interface RoomView<Occupant extends OccupantView> {
  readonly config: RoomConfig
  readonly affiliates: Affiliates
  readonly occupants: {
    named(nick: string): Occupant | undefined
    /** A user has several nicks at times. */
    of(user: BareJid): readonly Occupant[]
    [Symbol.iterator](): Iterator<Occupant>
  }
}

/** What a user is in the room: of several nicks the one that may most counts, because requests are judged by the bare JID. */
export function standingOf(room: RoomView<OccupantView>, user: BareJid): Standing {
  let role: Role = 'none'
  for (const each of room.occupants.of(user)) if (isRoleAtLeast(each.role, role)) role = each.role
  return { role, affiliation: room.affiliates.of(user) }
}

/** What becomes of an occupant. */
export interface Effect<Occupant> {
  readonly occupant: Occupant
  readonly affiliation: Affiliation
  /** `none`: he is removed, with the status codes. */
  readonly role: Role
  readonly status: readonly number[]
  readonly reason: string | undefined
}

/** Whether an address belongs to a user or to a domain of which he is. */
export function concerns(jid: BareJid, user: Jid): boolean {
  return jid === user || user.endsWith(`@${jid}`)
}
