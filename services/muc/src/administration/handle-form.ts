import { isUnavailable } from '@heliograph/database'
import { bareOf } from '@heliograph/jid'
import { type Form, formElement, NS, readForm, stanza, stanzaError } from '@heliograph/stanza'
import { type Arrived, refuse } from '../arrived.ts'
import { isAtLeast } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import { slows } from '../limits/slows.ts'
import { sendAll } from '../presence/depart.ts'
import { type Approval, readApproval } from '../registration/registration-form.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import { carryOut, storeAffiliates, viewOf } from './carry-out.ts'
import { inviteMembers } from './invite-members.ts'
import type { Item } from './items.ts'
import { planChanges } from './plan.ts'
import { standingOf } from './view.ts'
import { asksForVoice, readVoiceDecision, type VoiceDecision, voiceForm } from './voice-form.ts'

/**
 * Forms that come as messages: somebody asks for voice (XEP-0045 §7.13), a moderator decides on that (§8.6), an admin decides about who
 * wants to be a member (§9.9). What they decide is judged as if they had asked for the change itself.
 */
export function handleForm(context: MucContext, arrived: Arrived): void | Promise<void> {
  const x = arrived.stanza.child('x', NS.dataForms)
  const form = x && readForm(x)
  if (form === undefined) return refuse(context, arrived, 'bad-request')
  if (form.type === 'cancel') return arrived.taken()
  if (slows(context, arrived)) return
  if (asksForVoice(form)) return askForVoice(context, arrived)
  return decide(context, arrived, form)
}

function askForVoice(context: MucContext, arrived: Arrived): void {
  const { room, from, taken } = arrived
  const occupant = room.occupants.by(from)
  if (occupant === undefined) return refuse(context, arrived, 'not-acceptable')
  if (occupant.role !== 'visitor') {
    return refuse(context, arrived, stanzaError('not-acceptable', { text: 'you may speak already' }))
  }
  const moderators = [...room.occupants].filter(({ role }) => role === 'moderator')
  const recipients = moderators.flatMap(({ sessions }) => sessions.map(({ jid }) => jid))
  const sequence = takeSequences(context, room)
  const form = formElement(voiceForm({ jid: occupant.foremost.jid, nick: occupant.nick }))
  if (recipients.length > 0) {
    const question = stanza('message', { from: room.jid, id: `voice-${sequence}` }, form)
    sendAll(room, [{ stanza: question, recipients, sequence }])
  }
  taken()
}

async function decide(context: MucContext, arrived: Arrived, form: Form): Promise<void> {
  const { room, from, taken } = arrived
  const voice = readVoiceDecision(form)
  const approval = voice === undefined ? readApproval(form) : undefined
  if (voice === undefined && approval === undefined) return refuse(context, arrived, 'bad-request')
  const { role, affiliation } = standingOf(viewOf(room), bareOf(from))
  // Before the room is asked about anybody: what he gets doesn't depend on who is there, or what somebody is.
  if (!isAtLeast(affiliation, 'admin') && (voice === undefined || role !== 'moderator')) {
    return refuse(context, arrived, 'forbidden')
  }
  const item = voice === undefined ? approvalItem(room, approval!) : voiceItem(room, voice)
  if (item === undefined) return taken()
  const plan = planChanges(viewOf(room), bareOf(from), [item])
  if ('error' in plan) return refuse(context, arrived, plan.error)
  try {
    await storeAffiliates(context, room, plan.affiliates)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return refuse(context, arrived, 'resource-constraint')
  }
  carryOut(context, room, plan, { actor: room.occupants.by(from)?.nick, kept: taken })
  inviteMembers(context, room, bareOf(from), plan.invited)
}

/** The change that was decided on; undefined: none. */
function voiceItem(room: Room, voice: VoiceDecision): Item | undefined {
  if (!voice.allow || !stillThere(room, voice)) return undefined
  return { kind: 'role', nick: voice.nick, role: 'participant', reason: undefined }
}

/** The same of somebody who wants to be a member. */
function approvalItem(room: Room, { allow, user, nick }: Approval): Item | undefined {
  if (!allow || room.affiliationOf(user) !== 'none') return undefined
  return { kind: 'affiliation', jid: user, nick, affiliation: 'member', reason: undefined }
}

/** Whether the nick is still a visitor's who asked, and nobody else's. */
function stillThere(room: Room, { nick, jid }: VoiceDecision): boolean {
  const occupant = room.occupants.named(nick)
  if (occupant?.role !== 'visitor') return false
  return jid === undefined || occupant.sessions.some((session) => session.jid === jid)
}
