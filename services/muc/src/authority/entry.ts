import type { RoomConfig } from '../forms/room-config.ts'
import { affiliationMay } from './privileges.ts'
import { type Affiliation, isAtLeast, type Role } from './standing.ts'

/** XEP-0045 §5.1.2, "Initial Role Based on Affiliation"; `none` for who may not enter. */
export function initialRole(affiliation: Affiliation, config: RoomConfig): Role {
  if (refusedEntry(affiliation, config) !== undefined) return 'none'
  if (isAtLeast(affiliation, 'admin')) return 'moderator'
  return affiliation === 'none' && config.moderated ? 'visitor' : 'participant'
}

/** Why somebody may not enter by his affiliation: §7.2.6 members only, §7.2.7 banned. */
export function refusedEntry(
  affiliation: Affiliation,
  config: RoomConfig,
): 'forbidden' | 'registration-required' | undefined {
  if (!affiliationMay(affiliation, 'enterOpenRoom')) return 'forbidden'
  if (config.membersOnly && !affiliationMay(affiliation, 'enterMembersOnlyRoom')) return 'registration-required'
  return undefined
}
