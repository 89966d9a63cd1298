import { bareOf, type FullJid } from '@heliograph/jid'
import { defineModule, type Outcome, onSet, refuse, reply } from '@heliograph/module'
import { NS, readForm, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { refuse as refuseArrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { inRoom, type RoomIq } from '../iqs/room-iq.ts'
import type { Room } from '../room.ts'
import { enter } from './enter.ts'

/** XEP-0158 §5: answers to what a room asked who wants to enter. */
export const captcha = defineModule<RoomIq>({
  name: 'room-questions',
  xeps: [{ number: '0158', version: '1.0.1' }],
  features: { item: [NS.captcha] },
  iq: [onSet('item', `{${NS.captcha}}captcha`, takeAnswer)],
})

async function takeAnswer(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const { muc, room, from } = inRoom(iq)
  const x = request.child('captcha', NS.captcha)?.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  if (form?.type !== 'submit' || form.formType !== NS.captcha)
    return refuse(stanzaError('bad-request', { text: 'fill in the form' }))
  const value = (name: string) => form.fields.find((field) => field.var === name)?.values?.[0] ?? ''
  const outcome = await judge(muc, room, from as FullJid, { challenge: value('challenge'), answer: value('qa') })
  // §3.4
  if (outcome === 'void') return refuse(stanzaError('service-unavailable'))
  return outcome === 'wrong' ? refuse(stanzaError('not-acceptable', { type: 'cancel' })) : reply()
}

/** Whoever answered well, and waits, is let in when he has been told. */
export async function judge(
  context: MucContext,
  room: Room,
  client: FullJid,
  given: { readonly challenge: string; readonly answer: string },
): Promise<'passed' | 'wrong' | 'void'> {
  const outcome = await context.challenges.judge(room.jid, bareOf(client), given)
  context.events.asked(outcome)
  if (outcome === 'passed')
    room.mailbox.pushBeyond(() => {
      const waiting = context.challenges.take(room, client)
      if (waiting && typeof room.details === 'object') return enter(context, { ...waiting.arrived, taken: () => {} })
    })
  return outcome
}

/** A client that doesn't want to answer (§3.3) doesn't enter. */
export function declined(context: MucContext, room: Room, client: FullJid): void {
  const waiting = context.challenges.take(room, client)
  if (waiting) refuseArrived(context, { ...waiting.arrived, taken: () => {} }, 'not-authorized')
}
