import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import type { Room } from '../room.ts'

/**
 * Whether all others are to be told that he is there. In a room that is too full for that only of moderators (XEP-0045 lets a service choose,
 * as `muc#roomconfig_presencebroadcast` lets an owner), and of those whom they know already.
 */
export function isToBeShown(
  { config }: Pick<MucContext, 'config'>,
  { about, occupants }: Pick<Room, 'about' | 'occupants'>,
  { role, shown }: Pick<Occupant, 'role' | 'shown'>,
): boolean {
  if (!roleMay(role, 'broadcastPresence', about.config)) return false
  return shown || role === 'moderator' || occupants.size <= config.shownOccupants
}
