import type { FullJid } from '@heliograph/jid'
import { maySeeAddresses } from '../authority/privileges.ts'
import type { Room } from '../room.ts'

/** The clients in a room but for some: those that are told real addresses, and the others. */
export interface Audience {
  readonly sighted: readonly FullJid[]
  readonly others: readonly FullJid[]
}

export function audienceOf(room: Room, except: readonly FullJid[]): Audience {
  const { config } = room.about
  const sighted: FullJid[] = []
  const others: FullJid[] = []
  for (const occupant of room.occupants) {
    const list = maySeeAddresses(occupant.role, config) ? sighted : others
    for (const { jid } of occupant.sessions) if (!except.includes(jid)) list.push(jid)
  }
  return { sighted, others }
}
