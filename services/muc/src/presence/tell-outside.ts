import { bareOf, type FullJid, type Jid } from '@heliograph/jid'
import { say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Room } from '../room.ts'
import { goodbye } from './occupant-presence.ts'

/** A client that believes to be in a room, and isn't, is told so (XEP-0045 §7.2.17): it was kicked, for technical reasons. */
export function tellOutside(
  context: MucContext,
  room: Room,
  { client, as }: { readonly client: Jid; readonly as: FullJid },
): void {
  const occupantId = context.occupantIds.of(room.jid, bareOf(client))
  const item = { role: 'none', affiliation: 'none', codes: [110, 307, 333] } as const
  say(context, room, goodbye({ jid: as, occupantId, payload: '' }, item).with({ to: client }))
}
