import { Haste } from '@heliograph/bus'
import type { Parcel } from '@heliograph/distribution'
import { type BareJid, isDomain } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import { isAtLeast } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import { occupantJid, type Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import type { Affiliate } from '../store/stored-room.ts'
import type { Audience } from './audience.ts'
import { goodbye } from './occupant-presence.ts'

/** Who enters is told of so many. */
const MOST_SHOWN = 200

/**
 * Where a room shows them (XEP-0045 §16.6.2, status 102): that members, admins and owners aren't there, of those for whom a nick is kept; others
 * have no address in the room.
 * @param of.among only these
 * @param of.except who is about to be there
 */
export function absentMembers(
  context: MucContext,
  room: Room,
  { sighted, others }: Audience,
  { among, except }: { readonly among?: Iterable<Affiliate>; readonly except?: BareJid } = {},
): Parcel[] {
  if (!room.about.config.absentShown) return []
  const parcels: Parcel[] = []
  const add = (recipients: readonly string[], stanza: Stanza) => {
    if (recipients.length > 0)
      parcels.push({ stanza, recipients, sequence: takeSequences(context, room), haste: Haste.gather })
  }
  for (const { jid, nick, affiliation } of among ?? room.about.affiliates) {
    if (nick === undefined || jid === except || isDomain(jid) || !isAtLeast(affiliation, 'member')) continue
    if (room.occupants.of(jid).length > 0 || room.occupants.named(nick) !== undefined) continue
    if (parcels.length >= MOST_SHOWN) break
    const absent = { jid: occupantJid(room.jid, nick), occupantId: context.occupantIds.of(room.jid, jid), payload: '' }
    const item = { role: 'none', affiliation } as const
    add(sighted, goodbye(absent, { ...item, jid }))
    add(others, goodbye(absent, item))
  }
  return parcels
}
