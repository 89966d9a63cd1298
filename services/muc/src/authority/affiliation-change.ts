import type { RoomConfig } from '../forms/room-config.ts'
import { initialRole, refusedEntry } from './entry.ts'
import type { Refusal } from './role-change.ts'
import { type Affiliation, compareAffiliations, isAtLeast, type PresentRole, type Role } from './standing.ts'

export interface AffiliationChange {
  readonly from: Affiliation
  readonly to: Affiliation
  /** Whether who asks changes his own. */
  readonly own: boolean
  /** Whether the room has owners besides the one concerned. */
  readonly otherOwners: boolean
}

/** Whether one may change an affiliation (XEP-0045 §5.2.2, §9.1 to §9.5, §10.3 to §10.8); undefined: he may. */
export function refusedAffiliation(by: Affiliation, change: AffiliationChange): Refusal | undefined {
  const { from, to, own, otherOwners } = change
  if (!isAtLeast(by, 'admin')) return 'forbidden'
  if (to === from) return undefined
  if (own && to === 'outcast') return 'conflict' // §9.1
  if (by !== 'owner') {
    if (isAtLeast(to, 'admin')) return 'forbidden' // §10.3, §10.6: admins edit neither list
    // §9.1: nobody bans who is above; of equals the state chart says that owners do.
    if (to === 'outcast' && compareAffiliations(from, by) >= 0) return 'not-allowed'
    if (isAtLeast(from, 'admin')) return 'forbidden'
  }
  // §10.4: a room keeps an owner.
  return from === 'owner' && !otherOwners ? 'conflict' : undefined
}

/** What a change of affiliation does to an occupant: he gets a role, or goes with a status code. */
export type Consequence = { readonly role: PresentRole } | { readonly removed: 301 | 321 }

/** §5.1.3: what is gained is certain; of what is lost the room decides, and gives what he would get on entering. */
export function afterAffiliation(
  role: Role,
  { from, to }: Pick<AffiliationChange, 'from' | 'to'>,
  config: RoomConfig,
): Consequence {
  const refused = refusedEntry(to, config)
  if (refused !== undefined) return { removed: refused === 'forbidden' ? 301 : 321 }
  const initial = initialRole(to, config) as PresentRole
  if (role === 'none' || isAtLeast(from, 'admin') || initial === 'moderator') return { role: initial }
  // A moderator who is neither admin nor owner was made one, and stays one.
  if (role === 'moderator') return { role }
  const gains = compareAffiliations(to, from) > 0
  return { role: gains || role === 'participant' ? initial : role }
}

/** What a changed configuration does to an occupant: §10.2, 322 where the room is members-only now and he isn't a member. */
export function afterConfiguration(
  { role, affiliation }: { readonly role: PresentRole; readonly affiliation: Affiliation },
  before: RoomConfig,
  after: RoomConfig,
): { readonly role: PresentRole } | { readonly removed: 322 } {
  if (refusedEntry(affiliation, after) !== undefined) return { removed: 322 }
  // Nobody could give visitors their voice in a room that isn't moderated.
  return { role: before.moderated && !after.moderated && role === 'visitor' ? 'participant' : role }
}
