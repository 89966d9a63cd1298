import { isUnavailable } from '@heliograph/database'
import { bareOf } from '@heliograph/jid'
import { type Form, formElement, NS, readForm, stanza, stanzaError } from '@heliograph/stanza'
import { type Arrived, refuse } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { sendAll } from '../presence/depart.ts'
import { readApproval } from '../registration/registration-form.ts'
import { takeSequences } from '../sequence.ts'
import { carryOut, storeAffiliates, viewOf } from './carry-out.ts'
import { inviteMembers } from './invite-members.ts'
import type { Item } from './items.ts'
import { planChanges } from './plan.ts'
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
  if (!arrived.room.pace.allows(arrived.from, context.config.rates, performance.now())) {
    context.events.slowed()
    return refuse(context, arrived, 'resource-constraint')
  }
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
  const item = decisionOf(arrived, form)
  if (item === 'no') return taken()
  if (item === undefined) return refuse(context, arrived, 'bad-request')
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

/** The change that was decided on; `no`: none. */
function decisionOf(arrived: Arrived, form: Form): Item | 'no' | undefined {
  const voice = readVoiceDecision(form)
  if (voice !== undefined) return voice.allow && stillThere(arrived, voice) ? voiceItem(voice) : 'no'
  const approval = readApproval(form)
  if (approval === undefined) return undefined
  const { allow, user, nick } = approval
  if (!allow || arrived.room.affiliationOf(user) !== 'none') return 'no'
  return { kind: 'affiliation', jid: user, nick, affiliation: 'member', reason: undefined }
}

function voiceItem({ nick }: VoiceDecision): Item {
  return { kind: 'role', nick, role: 'participant', reason: undefined }
}

/** Whether the nick is still a visitor's who asked, and nobody else's. */
function stillThere({ room }: Arrived, { nick, jid }: VoiceDecision): boolean {
  const occupant = room.occupants.named(nick)
  if (occupant?.role !== 'visitor') return false
  return jid === undefined || occupant.sessions.some((session) => session.jid === jid)
}
