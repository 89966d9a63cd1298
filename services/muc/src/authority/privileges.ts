import type { RoomConfig } from '../forms/room-config.ts'
import type { Affiliation, PresentRole, Role, Standing } from './standing.ts'
import { isAtLeast, isRoleAtLeast } from './standing.ts'

type Cell = boolean | ((config: RoomConfig) => boolean)
type RoleRow = Readonly<Record<Role, Cell>>

const broadcast = (role: PresentRole) => (config: RoomConfig) => config.presenceBroadcast.includes(role)
const messages = (role: Role) => (config: RoomConfig) => mayMessage(config.privateMessages, role)
const nicks = (config: RoomConfig) => config.nickChanges
const invites = (config: RoomConfig) => !config.membersOnly || config.invitations

/** XEP-0045 §5.1.1. Where a cell depends on the room's configuration it is a question to that. */
const BY_ROLE = {
  present: { none: false, visitor: true, participant: true, moderator: true },
  receiveMessages: { none: false, visitor: true, participant: true, moderator: true },
  receivePresence: { none: false, visitor: true, participant: true, moderator: true },
  broadcastPresence: {
    none: false,
    visitor: broadcast('visitor'),
    participant: broadcast('participant'),
    moderator: broadcast('moderator'),
  },
  changeAvailability: { none: false, visitor: true, participant: true, moderator: true },
  changeNick: { none: false, visitor: nicks, participant: nicks, moderator: nicks },
  messagePrivately: {
    none: false,
    visitor: messages('visitor'),
    participant: messages('participant'),
    moderator: messages('moderator'),
  },
  speak: { none: false, visitor: false, participant: true, moderator: true },
  changeSubject: {
    none: false,
    visitor: false,
    participant: (config) => config.subjectByParticipants,
    moderator: true,
  },
  kick: { none: false, visitor: false, participant: false, moderator: true },
  grantVoice: { none: false, visitor: false, participant: false, moderator: true },
  revokeVoice: { none: false, visitor: false, participant: false, moderator: true },
} satisfies Record<string, RoleRow>

/** XEP-0045 §5.2.1. */
const BY_AFFILIATION = {
  enterOpenRoom: { outcast: false, none: true, member: true, admin: true, owner: true },
  registerWithOpenRoom: { outcast: false, none: true, member: false, admin: false, owner: false },
  enterMembersOnlyRoom: { outcast: false, none: false, member: true, admin: true, owner: true },
  ban: { outcast: false, none: false, member: false, admin: true, owner: true },
  editMembers: { outcast: false, none: false, member: false, admin: true, owner: true },
  editModerators: { outcast: false, none: false, member: false, admin: true, owner: true },
  editAdmins: { outcast: false, none: false, member: false, admin: false, owner: true },
  editOwners: { outcast: false, none: false, member: false, admin: false, owner: true },
  configure: { outcast: false, none: false, member: false, admin: false, owner: true },
  destroy: { outcast: false, none: false, member: false, admin: false, owner: true },
} satisfies Record<string, Readonly<Record<Affiliation, boolean>>>

export type RolePrivilege = keyof typeof BY_ROLE
export type AffiliationPrivilege = keyof typeof BY_AFFILIATION

export const ROLE_PRIVILEGES = Object.keys(BY_ROLE) as readonly RolePrivilege[]
export const AFFILIATION_PRIVILEGES = Object.keys(BY_AFFILIATION) as readonly AffiliationPrivilege[]

/** Whether an occupant may, by his role, in a room so configured. */
export function roleMay(role: Role, privilege: RolePrivilege, config: RoomConfig): boolean {
  const cell: Cell = (BY_ROLE[privilege] as RoleRow)[role]
  return typeof cell === 'boolean' ? cell : cell(config)
}

/** Whether a user may, by his affiliation. */
export function affiliationMay(affiliation: Affiliation, privilege: AffiliationPrivilege): boolean {
  return BY_AFFILIATION[privilege][affiliation]
}

/** §7.8.2, §9.5: members of a members-only room invite if the room says so, its admins always; elsewhere every occupant may. */
export function mayInvite({ role, affiliation }: Standing, config: RoomConfig): boolean {
  return isAtLeast(affiliation, 'admin') || (role !== 'none' && invites(config))
}

/**
 * Whether somebody may read the list of members. It has real addresses (§5.2.1): where those are hidden only moderators may, elsewhere
 * who is named in the configuration; a member who isn't there counts as a participant (§9.5).
 */
export function mayReadMembers({ role, affiliation }: Standing, config: RoomConfig): boolean {
  if (isAtLeast(affiliation, 'admin')) return true
  const as = role === 'none' && affiliation === 'member' ? 'participant' : role
  return as !== 'none' && config.memberListFor.includes(as) && maySeeAddresses(as, config)
}

/** Whether an occupant is told the real addresses of the others (§7.2.3, §7.2.4). */
export function maySeeAddresses(role: Role, config: RoomConfig): boolean {
  return role === 'moderator' || (role !== 'none' && config.addressesFor === 'anyone')
}

function mayMessage(allowed: RoomConfig['privateMessages'], role: Role): boolean {
  if (allowed === 'anyone') return true
  if (allowed === 'participants') return isRoleAtLeast(role, 'participant')
  return allowed === 'moderators' && role === 'moderator'
}
