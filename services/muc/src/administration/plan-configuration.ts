import type { BareJid } from '@heliograph/jid'
import type { StanzaError } from '@heliograph/stanza'
import { afterConfiguration } from '../authority/affiliation-change.ts'
import { statusOfChanges } from '../forms/config-form.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { AffiliationItem } from './items.ts'
import { type Plan, planChanges } from './plan.ts'
import type { Effect, OccupantView, RoomView } from './view.ts'

/** What an owner submits: a configuration and maybe the whole lists of owners and admins (XEP-0045 §10.2). */
export interface Submission {
  readonly config: RoomConfig
  readonly owners: readonly BareJid[] | undefined
  readonly admins: readonly BareJid[] | undefined
}

export interface ConfigurationPlan<Occupant> extends Plan<Occupant> {
  /** What occupants are told; none: nothing changed. */
  readonly status: readonly number[]
}

/** All that a submitted configuration comes to, or why nothing of it is done. */
export function planConfiguration<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  by: BareJid,
  submission: Submission,
): ConfigurationPlan<Occupant> | { readonly error: StanzaError } {
  const plan = planChanges({ ...room, config: submission.config }, by, listChanges(room, submission))
  if ('error' in plan) return plan
  const effects = new Map(plan.effects.map((effect) => [effect.occupant, effect]))
  for (const occupant of room.occupants) {
    const before = effects.get(occupant)
    if (before?.role === 'none') continue
    const effect = follow(room, occupant, before, submission.config)
    if (effect !== undefined) effects.set(occupant, effect)
  }
  return { ...plan, effects: [...effects.values()], status: statusOfChanges(room.config, submission.config) }
}

function follow<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  occupant: Occupant,
  before: Effect<Occupant> | undefined,
  config: RoomConfig,
): Effect<Occupant> | undefined {
  const affiliation = before?.affiliation ?? room.affiliates.of(occupant.bare)
  const role = before === undefined || before.role === 'none' ? occupant.role : before.role
  const after = afterConfiguration({ role, affiliation }, room.config, config)
  if ('removed' in after) return { occupant, affiliation, role: 'none', status: [after.removed], reason: undefined }
  if (after.role === role) return undefined
  return { occupant, affiliation, role: after.role, status: before?.status ?? [], reason: undefined }
}

/** The lists are whole, not deltas (§10.5, note): who is missing in one becomes a member. New owners come first, so that one is left. */
function listChanges(room: RoomView<OccupantView>, { owners, admins }: Submission): AffiliationItem[] {
  const items: AffiliationItem[] = []
  const give = (jid: BareJid, affiliation: AffiliationItem['affiliation']) =>
    items.push({ kind: 'affiliation', jid, nick: undefined, affiliation, reason: undefined })
  for (const jid of owners ?? []) give(jid, 'owner')
  for (const jid of admins ?? []) if (!owners?.includes(jid)) give(jid, 'admin')
  if (owners !== undefined) {
    for (const { jid } of room.affiliates.list('owner')) {
      if (!owners.includes(jid) && !admins?.includes(jid)) give(jid, 'member')
    }
  }
  if (admins !== undefined) {
    for (const { jid } of room.affiliates.list('admin')) {
      if (!admins.includes(jid) && !owners?.includes(jid)) give(jid, 'member')
    }
  }
  return items
}
