import { compareAffiliations, isAtLeast, type Role, type Standing } from './standing.ts'

/** Why a change is refused. */
export type Refusal = 'conflict' | 'forbidden' | 'not-allowed'

/**
 * Whether one may give another a role (XEP-0045 §5.1.3, §8.2 to §9.8); undefined: he may. `by` are the rights of who asks: an admin or owner
 * has a moderator's also when he isn't in the room, because requests are judged by the bare JID.
 */
export function refusedRole(by: Standing, target: Standing, to: Role): Refusal | undefined {
  const admin = isAtLeast(by.affiliation, 'admin')
  if (!admin && by.role !== 'moderator') return 'forbidden'
  if (to === target.role) return undefined
  if (to === 'none') return refusedKick(by, target, admin)
  // §8.4, §9.7: nobody takes voice or moderator status from an admin or owner, who would have them again on entering.
  if (to !== 'moderator' && isAtLeast(target.affiliation, 'admin')) return 'not-allowed'
  // §9.6, §9.7: by admins and owners only.
  if ((to === 'moderator' || target.role === 'moderator') && !admin) return 'forbidden'
  if (to === 'visitor' && outranks(target, by)) return 'not-allowed'
  return undefined
}

function refusedKick(by: Standing, target: Standing, admin: boolean): Refusal | undefined {
  // §8.2: nobody kicks whose affiliation is higher. §5.1.3: moderators are kicked by admins and owners.
  if (compareAffiliations(target.affiliation, by.affiliation) > 0) return 'not-allowed'
  return target.role === 'moderator' && !admin ? 'not-allowed' : undefined
}

/** §8.4: a moderator can't revoke voice from who has his affiliation or a higher one. Having none is no affiliation to be equal in. */
function outranks(target: Standing, by: Standing): boolean {
  return target.affiliation !== 'none' && compareAffiliations(target.affiliation, by.affiliation) >= 0
}
