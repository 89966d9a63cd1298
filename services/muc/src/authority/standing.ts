/** XEP-0045 §5.1, lowest first: an occupant's for the length of his stay. */
export const ROLES = Object.freeze(['none', 'visitor', 'participant', 'moderator'] as const)

/** XEP-0045 §5.2, lowest first: a user's, for as long as nobody changes it. */
export const AFFILIATIONS = Object.freeze(['outcast', 'none', 'member', 'admin', 'owner'] as const)

export type Role = (typeof ROLES)[number]
/** The role of somebody who is there. */
export type PresentRole = Exclude<Role, 'none'>
export type Affiliation = (typeof AFFILIATIONS)[number]

/** What somebody is in a room, at one moment. */
export interface Standing {
  readonly role: Role
  readonly affiliation: Affiliation
}

export function roleNamed(text: string | undefined): Role | undefined {
  return ROLES.find((role) => role === text)
}

export function affiliationNamed(text: string | undefined): Affiliation | undefined {
  return AFFILIATIONS.find((affiliation) => affiliation === text)
}

export function isRoleAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least)
}

export function isAtLeast(affiliation: Affiliation, least: Affiliation): boolean {
  return rankOf(affiliation) >= rankOf(least)
}

/** Negative: `a` is below `b`. */
export function compareAffiliations(a: Affiliation, b: Affiliation): number {
  return rankOf(a) - rankOf(b)
}

function rankOf(affiliation: Affiliation): number {
  return AFFILIATIONS.indexOf(affiliation)
}
