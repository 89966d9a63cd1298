import { type BareJid, resourceOf } from '@heliograph/jid'
import type { Arrived } from '../arrived.ts'
import type { Room } from '../room.ts'

/** The only nick under which somebody may be in a room: the one that is kept for him, where the room is set up so (XEP-0045 §7.10). */
export function lockedNick({ about }: Pick<Room, 'about'>, user: BareJid): string | undefined {
  return about.config.nicksLocked ? about.affiliates.nickOf(user) : undefined
}

/** The nick under which somebody enters: the one by which he is there already, or has to be, else the one that he asks for (§7.2.2). */
export function nickOnEntering(
  { room, from, stanza }: Pick<Arrived, 'room' | 'from' | 'stanza'>,
  user: BareJid,
): string {
  return room.occupants.by(from)?.nick ?? lockedNick(room, user) ?? resourceOf(stanza.to!)
}
