import { type BareJid, bareOf } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, readForm, type Stanza, stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { carryOut, storeAffiliates, viewOf } from '../administration/carry-out.ts'
import { planOwn } from '../administration/plan.ts'
import { say } from '../arrived.ts'
import { isAtLeast } from '../authority/standing.ts'
import { isTaken } from '../entering/admission.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import type { Affiliate } from '../store/stored-room.ts'
import { approvalForm, readRegistration, registrationForm } from './registration-form.ts'

const QUERY = `{${NS.register}}query`
/** So many owners and admins are asked to let somebody in when none is there. */
const ASKED_MAX = 20

/** XEP-0045 §7.10: users become members, at once where that gives them nothing but a name, else when an admin agrees (§9.9). */
export const registration = defineModule<RoomIq>({
  name: 'room-registration',
  features: { item: [NS.register, NS.mucRegister] },
  iq: [onGet('item', QUERY, show), onSet('item', QUERY, register)],
})

function show(_request: Stanza, iq: RoomIq): Outcome {
  const { room, from } = inRoom(iq)
  if (isHidden(iq)) return refuse(stanzaError('item-not-found'))
  const known = room.about.affiliates.get(from)
  if (isRegistered(known)) {
    const content = [el('registered'), el('username', null, known?.nick)]
    return reply(el('query', { xmlns: NS.register }, content))
  }
  if (!mayRegister(iq)) return refuse(stanzaError('not-allowed'))
  const form = registrationForm(room.jid)
  return reply(el('query', { xmlns: NS.register }, el('instructions', null, form.instructions?.[0]), formElement(form)))
}

async function register(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const item = inRoom(iq)
  const { room, from } = item
  const user = bareOf(from)
  if (isHidden(iq)) return refuse(stanzaError('item-not-found'))
  const query = request.child('query', NS.register)!
  if (query.getChild('remove', NS.register))
    return query.getChildElements().length > 1 ? refuse(stanzaError('bad-request')) : unregister(item)
  const known = room.about.affiliates.get(user)
  if (!isRegistered(known) && !mayRegister(iq)) return refuse(stanzaError('not-allowed'))
  const x = query.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  if (form === undefined) return refuse(stanzaError('bad-request', { text: 'fill in the form' }))
  if (form.type === 'cancel') return reply()
  const read = readRegistration(form)
  if ('problem' in read) return refuse(stanzaError('bad-request', { text: read.problem }))
  if (isTaken(room, read.nick, user)) return refuse(stanzaError('conflict'))
  if (!isRegistered(known) && isForAdmins(room.about.config)) return ask(item, { user, nick: read.nick })
  return put(item, { jid: user, affiliation: isRegistered(known) ? known.affiliation : 'member', nick: read.nick })
}

/** Who was a member is none any more; owners and admins lose no more than their nick. */
async function unregister(item: ItemIq): Promise<Outcome> {
  const known = item.room.about.affiliates.get(item.from)
  // XEP-0077 §3.2
  if (!isRegistered(known)) return refuse(stanzaError('registration-required'))
  const affiliation = known.affiliation === 'member' ? 'none' : known.affiliation
  return put(item, { jid: known.jid, affiliation, nick: undefined })
}

async function put({ muc, room }: ItemIq, affiliate: Affiliate): Promise<Outcome> {
  const plan = planOwn(viewOf(room), affiliate)
  if ('error' in plan) return refuse(plan.error)
  await storeAffiliates(muc, room, plan.affiliates)
  carryOut(muc, room, plan)
  return reply()
}

/** §9.9: those owners and admins who are there are asked, or else all. */
function ask({ muc, room }: ItemIq, applicant: { readonly user: BareJid; readonly nick: string }): Outcome {
  if (!room.pace.allowsRequest(applicant.user, performance.now())) {
    muc.events.slowed()
    return refuse(stanzaError('resource-constraint', { text: 'you have asked already' }))
  }
  const form = formElement(approvalForm(applicant))
  const { affiliates } = room.about
  const present = [...room.occupants].filter(({ bare }) => isAtLeast(affiliates.of(bare), 'admin'))
  const clients = present.flatMap(({ sessions }) => sessions.map(({ jid }) => jid))
  const absent = () => [...affiliates.list('owner'), ...affiliates.list('admin')].map(({ jid }) => jid)
  for (const to of (clients.length > 0 ? clients : absent()).slice(0, ASKED_MAX)) {
    say(muc, room, stanza('message', { from: room.jid, to }, form))
  }
  return reply()
}

/** Where members may what others may not: enter, speak, or read without the password what was said. */
function isForAdmins({ membersOnly, moderated, passwordProtected }: RoomConfig): boolean {
  return membersOnly || moderated || passwordProtected
}

/** XEP-0045 §7.2.10: until its owner has configured it a room is there for nobody else. */
function isHidden(iq: RoomIq): boolean {
  const { room, from } = inRoom(iq)
  return room.about.locked && room.affiliationOf(from) !== 'owner'
}

function mayRegister(iq: RoomIq): boolean {
  const { room, from } = inRoom(iq)
  return room.about.config.registration && room.affiliationOf(from) === 'none'
}

function isRegistered(known: Affiliate | undefined): known is Affiliate {
  return known !== undefined && isAtLeast(known.affiliation, 'member')
}
