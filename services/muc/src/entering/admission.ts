import type { BareJid, FullJid } from '@heliograph/jid'
import { type StanzaError, stanzaError } from '@heliograph/stanza'
import { refusedEntry } from '../authority/entry.ts'
import { isAtLeast } from '../authority/standing.ts'
import type { Room } from '../room.ts'

/** Owners and admins get in where a room is full, but not without end (XEP-0045 §7.2.9). */
const EXTRA_PLACES = 50
/** By which one user is in a room: each is told of all others. */
export const MOST_CLIENTS_OF_USER = 20

export interface Applicant {
  readonly user: BareJid
  readonly client: FullJid
  readonly nick: string
  readonly password: string | undefined
}

/** Why somebody may not enter a room (XEP-0045 §7.2); undefined: he may. */
export function refusedAdmission(room: Room, applicant: Applicant, maxOccupants: number): StanzaError | undefined {
  const { user, client, nick, password } = applicant
  const { config, locked } = room.about
  const affiliation = room.affiliationOf(user)
  // §7.2.10
  if (locked && affiliation !== 'owner') return stanzaError('item-not-found')
  // §7.2.6, §7.2.7
  const refused = refusedEntry(affiliation, config)
  if (refused !== undefined) return stanzaError(refused, { type: 'auth' })
  // §7.2.5
  if (config.passwordProtected && password !== config.password) return stanzaError('not-authorized')
  if (isTaken(room, nick, user)) return stanzaError('conflict')
  // §7.2.9
  const most = Math.min(config.maxOccupants ?? maxOccupants, maxOccupants)
  const places = isAtLeast(affiliation, 'admin') ? most + EXTRA_PLACES : most
  if (room.occupants.size >= places && !room.occupants.named(nick))
    return stanzaError('service-unavailable', { type: 'wait' })
  return room.occupants.by(client) === undefined && clientsOf(room, user) >= MOST_CLIENTS_OF_USER
    ? stanzaError('resource-constraint', { text: `you are here by ${MOST_CLIENTS_OF_USER} clients already` })
    : undefined
}

/** By how many clients a user is here, under whatever nicks. */
function clientsOf(room: Room, user: BareJid): number {
  return room.occupants.of(user).reduce((sum, { sessions }) => sum + sessions.length, 0)
}

/** §7.2.8: another has the nick, or it is kept for another. Who has it himself may have it by several clients. */
export function isTaken(room: Room, nick: string, user: BareJid): boolean {
  const holder = room.about.affiliates.holderOf(nick)
  if (holder !== undefined && holder !== user) return true
  const follower = room.about.subscribers.holderOf(nick)
  if (follower !== undefined && follower !== user) return true
  const present = room.occupants.named(nick)
  return present !== undefined && present.bare !== user
}
