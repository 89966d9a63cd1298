import { bareOf, localOf } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, type Form, formElement, NS, readForm, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { affiliationMay } from '../authority/privileges.ts'
import { configFields } from '../forms/config-form.ts'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { someoneLeft } from '../remove-room.ts'
import { endUnfit } from '../subscriptions/end-subscriptions.ts'
import {
  answerWhenKept,
  carryOut,
  showAbsent,
  showAsConfigured,
  storeAffiliates,
  tellStatus,
  viewOf,
} from './carry-out.ts'
import { destroyRoom, readDestruction } from './destroy.ts'
import { listFields, readSubmission } from './owner-form.ts'
import { planConfiguration } from './plan-configuration.ts'

const QUERY = `{${NS.mucOwner}}query`

/** XEP-0045 §10: the configuration of a room, when it is made and later, and its end. */
export const ownership = defineModule<RoomIq>({
  name: 'room-ownership',
  features: { item: [NS.mucOwner, NS.mucRoomConfig, NS.mucRoomInfo] },
  iq: [onGet('item', QUERY, show), onSet('item', QUERY, decide)],
})

/** §10.2 */
function show(_request: Stanza, iq: RoomIq): Outcome {
  const { room, from, muc } = inRoom(iq)
  const { affiliates, config, locked } = room.about
  if (!affiliationMay(affiliates.of(from), 'configure')) return refuse(stanzaError('forbidden'))
  const form: Form = {
    type: 'form',
    formType: NS.mucRoomConfig,
    title: `Configuration of ${localOf(room.jid)}`,
    instructions: [locked ? 'Send this form to open the room to others.' : 'Send this form to change the room.'],
    fields: [...configFields(config, muc.config.fixed), ...listFields(affiliates)],
  }
  return reply(el('query', { xmlns: NS.mucOwner }, formElement(form)))
}

function decide(request: Stanza, iq: RoomIq): Outcome | Promise<Outcome> {
  const item = inRoom(iq)
  const query = request.child('query', NS.mucOwner)!
  if (!affiliationMay(item.room.affiliationOf(item.from), 'configure')) return refuse(stanzaError('forbidden'))
  const destroy = query.getChild('destroy', NS.mucOwner) as Element | undefined
  if (destroy !== undefined) return end(item, destroy)
  const x = query.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  if (form?.type === 'cancel') return cancel(item)
  if (form?.type === 'submit') return configure(request, item, form)
  return refuse(stanzaError('bad-request', { text: 'neither a form that is sent or cancelled nor an end' }))
}

async function configure(request: Stanza, item: ItemIq, form: Form): Promise<Outcome> {
  const { muc, room, from, occupant } = item
  const submission = readSubmission(form, room.about.config, muc.config)
  if ('problem' in submission) return refuse(stanzaError('not-acceptable', { text: submission.problem }))
  const plan = planConfiguration(viewOf(room), bareOf(from), submission)
  if ('error' in plan) return refuse(plan.error)
  const before = room.about.config
  await storeAffiliates(muc, room, plan.affiliates)
  await muc.store.configure(room.jid, submission.config)
  Object.assign(room.about, { config: submission.config, locked: false })
  await endUnfit(muc, room)
  const { outcome, kept } = answerWhenKept(item, request)
  carryOut(muc, room, plan, { actor: occupant?.nick, kept })
  showAsConfigured(muc, room)
  tellStatus(muc, room, plan.status)
  showAbsent(muc, room, before)
  // Maybe it is temporary now, and nobody is there.
  someoneLeft(muc, room)
  return outcome
}

/** §10.1.1: who cancels the first configuration wants no room; later everything stays as it is. */
async function cancel({ muc, room }: ItemIq): Promise<Outcome> {
  if (room.about.locked) await destroyRoom(muc, room, {})
  return reply()
}

/** §10.9 */
async function end({ muc, room }: ItemIq, destroy: Element): Promise<Outcome> {
  const read = readDestruction(destroy)
  if ('condition' in read) return refuse(read)
  await destroyRoom(muc, room, read)
  return reply()
}
