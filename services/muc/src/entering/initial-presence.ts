import { Haste } from '@heliograph/bus'
import type { Parcel } from '@heliograph/distribution'
import type { FullJid } from '@heliograph/jid'
import { maySeeAddresses } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { absentMembers } from '../presence/absent-members.ts'
import { presenceShown } from '../presence/occupant-presence.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'

/** What somebody who enters is told of those who are there, before anybody is told of him (XEP-0045 §7.2.2). */
export function initialPresence(context: MucContext, room: Room, newcomer: Occupant, client: FullJid): Parcel[] {
  const recipients = [client]
  const sees = maySeeAddresses(newcomer.role, room.about.config)
  const visible = [...room.occupants].filter((occupant) => occupant !== newcomer && occupant.shown)
  const absent = absentMembers(
    context,
    room,
    sees ? { sighted: recipients, others: [] } : { sighted: [], others: recipients },
    { except: newcomer.bare },
  )
  let sequence = takeSequences(context, room, visible.length)
  const present = visible.map((occupant): Parcel => {
    const { role, bare } = occupant
    const item = { role, affiliation: room.affiliationOf(bare), hats: room.about.hats.xmlOf(bare) }
    const stanza = presenceShown(occupant, sees ? { ...item, jid: occupant.foremost.jid } : item)
    return { stanza, recipients, sequence: sequence++, haste: Haste.gather }
  })
  return [...absent, ...present]
}
