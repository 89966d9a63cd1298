import { bareOf } from '@heliograph/jid'
import type { Outcome } from '@heliograph/module'
import { el, iqResult, NS, type Stanza, stanza } from '@heliograph/stanza'
import { say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { ItemIq } from '../iqs/room-iq.ts'
import type { Occupant } from '../occupant.ts'
import { absentMembers } from '../presence/absent-members.ts'
import { announce } from '../presence/announce.ts'
import { audienceOf } from '../presence/audience.ts'
import { depart, sendAll } from '../presence/depart.ts'
import { isToBeShown } from '../presence/shown.ts'
import { holdToNicks } from '../registration/hold-to-nicks.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import type { Affiliate } from '../store/stored-room.ts'
import { endUnfit } from '../subscriptions/end-subscriptions.ts'
import type { Plan } from './plan.ts'
import type { Effect } from './view.ts'

/** What a room looks like to those who plan. */
export function viewOf(room: Room) {
  const { config, affiliates } = room.about
  return { config, affiliates, occupants: room.occupants }
}

/** Stores the affiliations of a plan; nothing is told before. @throws when the database isn't there: then nothing was changed. */
export async function storeAffiliates(context: MucContext, room: Room, changed: readonly Affiliate[]): Promise<void> {
  if (changed.length === 0) return
  await context.store.setAffiliates(room.jid, changed)
  for (const each of changed) room.about.affiliates.put(each)
  await endUnfit(context, room)
}

export interface Doing {
  /** The nick of who had it done. */
  readonly actor?: string | undefined
  /** Runs when a new owner of the room would know all of it. */
  readonly kept?: () => void
}

/** Does to occupants what a plan says, and tells everybody. */
export function carryOut(context: MucContext, room: Room, plan: Plan<Occupant>, { actor, kept }: Doing = {}): void {
  for (const { occupant, role } of plan.effects) if (role !== 'none') occupant.role = role
  let unkept = plan.effects.length + 1
  const one = () => {
    unkept--
    if (unkept === 0) kept?.()
  }
  for (const effect of plan.effects) affect(context, room, effect, { actor, kept: one })
  tellOfAbsent(context, room, plan.affiliates)
  tellAbsent(context, room, plan.absent)
  holdToNicks(context, room)
  one()
}

/** Answers a request once what it did is kept. */
export function answerWhenKept({ muc, room }: ItemIq, request: Stanza): { outcome: Outcome; kept: () => void } {
  return { outcome: { kind: 'answered' }, kept: () => say(muc, room, iqResult(request)) }
}

/** Tells of everybody whose presence is broadcast now and wasn't, or the other way round. */
export function showAsConfigured(context: MucContext, room: Room): void {
  for (const occupant of room.occupants) {
    if (occupant.shown === isToBeShown(context, room, occupant)) continue
    sendAll(room, announce(context, room, occupant))
    context.records.changed(room, occupant)
  }
}

/** Shows everybody who isn't there, where that was hidden before. */
export function showAbsent(context: MucContext, room: Room, before: RoomConfig): void {
  if (!before.absentShown) sendAll(room, absentMembers(context, room, audienceOf(room, [])))
}

/** Tells everybody in the room something that only rooms say. */
export function tellStatus(context: MucContext, room: Room, codes: readonly number[]): void {
  if (codes.length === 0 || room.occupants.size === 0) return
  const x = el(
    'x',
    { xmlns: NS.mucUser },
    codes.map((code) => el('status', { code })),
  )
  const sequence = takeSequences(context, room)
  const said = stanza('message', { type: 'groupchat', from: room.jid, id: `status-${sequence}` }, x)
  sendAll(room, [{ stanza: said, recipients: room.occupants.clients, sequence }])
}

function affect(context: MucContext, room: Room, effect: Effect<Occupant>, { actor, kept }: Required<Doing>): void {
  const { occupant, role, status, reason } = effect
  if (role === 'none') return depart(context, room, occupant, { codes: status, reason, actor, stored: kept })
  sendAll(room, announce(context, room, occupant, { codes: status, reason, actor }))
  context.records.changed(room, occupant, kept)
}

/** XEP-0045 §10.3: of users who aren't there those are told who may see addresses. */
function tellOfAbsent(context: MucContext, room: Room, changed: readonly Affiliate[]): void {
  const absent = changed.filter(({ jid }) => room.occupants.of(jid).length === 0)
  if (absent.length === 0) return
  const audience = audienceOf(room, [])
  sendAll(room, absentMembers(context, room, audience, { among: absent }))
  const recipients = audience.sighted
  if (recipients.length === 0) return
  let sequence = takeSequences(context, room, absent.length)
  const parcels = absent.map(({ jid, affiliation }) => {
    const x = el('x', { xmlns: NS.mucUser }, el('item', { affiliation, jid: bareOf(jid), role: 'none' }))
    const said = stanza('message', { from: room.jid, id: `affiliation-${sequence}` }, x)
    return { stanza: said, recipients, sequence: sequence++ }
  })
  sendAll(room, parcels)
}

/** XEP-0045 §18.1: out of the room, to the bare address. */
function tellAbsent(context: MucContext, room: Room, absent: readonly Affiliate[]): void {
  for (const { jid, affiliation, reason } of absent) {
    const because = reason !== undefined && el('reason', null, reason)
    const item = el('item', { affiliation, jid, role: 'none' }, because)
    const x = el('x', { xmlns: NS.mucUser }, item, el('status', { code: 101 }))
    say(context, room, stanza('message', { from: room.jid, to: jid }, x))
  }
}
