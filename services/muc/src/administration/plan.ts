import { type BareJid, isDomain, prepareResource } from '@heliograph/jid'
import { type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Affiliates } from '../authority/affiliates.ts'
import { afterAffiliation, refusedAffiliation } from '../authority/affiliation-change.ts'
import { refusedRole } from '../authority/role-change.ts'
import { type Affiliation, isAtLeast, type Role, type Standing } from '../authority/standing.ts'
import type { Affiliate } from '../store/stored-room.ts'
import type { AffiliationItem, Item, RoleItem } from './items.ts'
import { concerns, type Effect, type OccupantView, type RoomView, standingOf } from './view.ts'

/** Users and domains that one room knows. Bans have as much room again: no members, however many, are in their way. */
export const AFFILIATES_MAX = 20_000
/** Nobody makes himself a member beyond that: the rest is for those whom admins choose. */
const SELF_MADE_MAX = AFFILIATES_MAX / 2

/** What a request comes to, if it is carried out whole. */
export interface Plan<Occupant> {
  /** To be stored, before anybody is told. */
  readonly affiliates: readonly Affiliate[]
  readonly effects: readonly Effect<Occupant>[]
  /** New members of a members-only room who aren't there: they are invited (XEP-0045 §9.5). */
  readonly invited: readonly BareJid[]
  /** Others who aren't there and are something else now: they are told (§18.1). */
  readonly absent: readonly Affiliate[]
}

/** All changes that somebody asks for, or why none is made: a request is carried out whole or not at all (§9.2). */
export function planChanges<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  by: BareJid,
  items: readonly Item[],
): Plan<Occupant> | { readonly error: StanzaError } {
  const standing = standingOf(room, by)
  // Before anything is looked at: who may change nobody isn't told who is there, and costs no copy of the lists.
  if (items.length > 0 && standing.role !== 'moderator' && !isAtLeast(standing.affiliation, 'admin')) {
    return { error: stanzaError('forbidden') }
  }
  const planning = new Planning(room, by, standing)
  for (const item of items) {
    const error = item.kind === 'role' ? planning.changeRole(item) : planning.changeAffiliation(item)
    if (error !== undefined) return { error }
  }
  return planning.result()
}

/** What it comes to that a user becomes something by himself (§7.10): by what he may, not by what he is. */
export function planOwn<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  affiliate: Affiliate,
): Plan<Occupant> | { readonly error: StanzaError } {
  const planning = new Planning(room, affiliate.jid, standingOf(room, affiliate.jid))
  const error = planning.put(affiliate, SELF_MADE_MAX)
  return error === undefined ? planning.result() : { error }
}

type Change = { standing: Standing; status: number[]; reason: string | undefined }

class Planning<Occupant extends OccupantView> {
  readonly #room: RoomView<Occupant>
  readonly #by: BareJid
  readonly #standing: Standing
  readonly #affiliates: Affiliates
  readonly #changedUsers = new Map<BareJid, Affiliate>()
  readonly #changes = new Map<Occupant, Change>()
  readonly #invited = new Set<BareJid>()

  constructor(room: RoomView<Occupant>, by: BareJid, standing: Standing) {
    this.#room = room
    this.#by = by
    this.#standing = standing
    this.#affiliates = room.affiliates.copy()
  }

  changeRole({ nick, role, reason }: RoleItem): StanzaError | undefined {
    const occupant = this.#room.occupants.named(nick)
    if (occupant === undefined) return stanzaError('item-not-found', { text: `nobody is called ${nick}` })
    const target = this.#of(occupant)
    const refusal = refusedRole(this.#standing, target, role)
    if (refusal !== undefined) return stanzaError(refusal)
    if (role !== target.role) this.#set(occupant, { ...target, role }, role === 'none' ? [307] : [], reason)
    return undefined
  }

  changeAffiliation({ jid, nick, affiliation, reason }: AffiliationItem): StanzaError | undefined {
    if (!isAtLeast(this.#standing.affiliation, 'admin')) return stanzaError('forbidden')
    const user = jid ?? this.#room.occupants.named(nick ?? '')?.bare
    if (user === undefined) return stanzaError('item-not-found', { text: `nobody is called ${nick}` })
    if (isDomain(user) && isAtLeast(affiliation, 'admin')) {
      return stanzaError('not-acceptable', { text: 'a whole domain can be a member or banned, no more' })
    }
    const from = this.#affiliates.of(user)
    const own = concerns(user, this.#by)
    const otherOwners = this.#affiliates.hasOtherOwners(user)
    const refusal = refusedAffiliation(this.#standing.affiliation, { from, to: affiliation, own, otherOwners })
    if (refusal !== undefined) return stanzaError(refusal)
    const kept = this.#nickFor(user, affiliation, jid === undefined ? undefined : nick)
    if (typeof kept === 'object') return kept
    return this.put({ jid: user, affiliation, nick: kept, reason })
  }

  result(): Plan<Occupant> {
    const effects = [...this.#changes].map(([occupant, { standing, status, reason }]) => ({
      occupant,
      ...standing,
      status,
      reason,
    }))
    const affiliates = [...this.#changedUsers.values()]
    return { affiliates, effects, invited: [...this.#invited], absent: affiliates.filter((each) => this.#learns(each)) }
  }

  /**
   * Whether a user who isn't there is told what he is now. Bans, and their end, are not: lists of them are long, and name many who were
   * never here.
   */
  #learns({ jid }: Affiliate): boolean {
    if (isDomain(jid) || jid === this.#by || this.#invited.has(jid) || this.#room.occupants.of(jid).length > 0)
      return false
    const [before, now] = [this.#room.affiliates.of(jid), this.#affiliates.of(jid)]
    return before !== now && before !== 'outcast' && now !== 'outcast'
  }

  /** The nick that is kept from now on; the ban list has none (§9.1). */
  #nickFor(user: BareJid, affiliation: Affiliation, given: string | undefined): string | undefined | StanzaError {
    if (!isAtLeast(affiliation, 'member') || isDomain(user) || given === '') return undefined
    if (given === undefined) return this.#affiliates.nickOf(user)
    const nick = prepareResource(given)
    if (nick === undefined) return stanzaError('not-acceptable', { text: 'no good nick' })
    const holder = this.#affiliates.holderOf(nick)
    return holder === undefined || holder === user ? nick : stanzaError('conflict', { text: 'the nick is taken' })
  }

  /** @param most entries of the list, if this is one more */
  put(
    affiliate: Affiliate,
    most = affiliate.affiliation === 'outcast' ? 2 * AFFILIATES_MAX : AFFILIATES_MAX,
  ): StanzaError | undefined {
    const before = new Map(this.#concerned(affiliate.jid).map((each) => [each, this.#of(each)]))
    const stranger = this.#affiliates.of(affiliate.jid) === 'none'
    const { size } = this.#affiliates
    this.#affiliates.put(affiliate)
    this.#changedUsers.set(affiliate.jid, affiliate)
    if (this.#affiliates.size > size && this.#affiliates.size > Math.max(most, this.#room.affiliates.size)) {
      return stanzaError('resource-constraint', { text: `the room knows ${most} users already` })
    }
    const { membersOnly } = this.#room.config
    if (
      before.size === 0 &&
      stranger &&
      membersOnly &&
      affiliate.affiliation === 'member' &&
      !isDomain(affiliate.jid)
    ) {
      this.#invited.add(affiliate.jid)
    }
    for (const [occupant, standing] of before) this.#follow(occupant, standing, affiliate.reason)
    return undefined
  }

  #follow(occupant: Occupant, { role, affiliation: from }: Standing, reason: string | undefined): void {
    const to = this.#affiliates.of(occupant.bare)
    if (to === from || role === 'none') return
    const after = afterAffiliation(role, { from, to }, this.#room.config)
    const gone = 'removed' in after
    this.#set(occupant, { affiliation: to, role: gone ? 'none' : after.role }, gone ? [after.removed] : [], reason)
  }

  #concerned(jid: BareJid): readonly Occupant[] {
    const { occupants } = this.#room
    return isDomain(jid) ? [...occupants].filter((each) => concerns(jid, each.bare)) : occupants.of(jid)
  }

  #of(occupant: Occupant): { role: Role; affiliation: Affiliation } {
    const changed = this.#changes.get(occupant)?.standing
    return { role: changed?.role ?? occupant.role, affiliation: this.#affiliates.of(occupant.bare) }
  }

  #set(occupant: Occupant, standing: Standing, status: number[], reason: string | undefined): void {
    this.#changes.set(occupant, { standing, status, reason })
  }
}
