import { initialRole, refusedEntry } from '../authority/entry.ts'
import { maySeeAddresses } from '../authority/privileges.ts'
import { isAtLeast, type Standing } from '../authority/standing.ts'
import type { RoomConfig } from '../forms/room-config.ts'

/**
 * Why somebody may not read what was said in a room: only who may enter now may (XEP-0313 §5.1.3). Of who isn't there and isn't known to the
 * room it isn't known whether he has the password.
 */
export function refusedReading(
  { role, affiliation }: Standing,
  config: RoomConfig,
  hasPassword = role !== 'none',
): 'forbidden' | 'registration-required' | undefined {
  const refused = refusedEntry(affiliation, config)
  if (refused !== undefined) return refused
  return config.passwordProtected && !hasPassword && !isAtLeast(affiliation, 'member') ? 'forbidden' : undefined
}

/** Whether he is told who said what: as he would be if he entered now. */
export function seesAuthors({ role, affiliation }: Standing, config: RoomConfig): boolean {
  return maySeeAddresses(role === 'none' ? initialRole(affiliation, config) : role, config)
}
