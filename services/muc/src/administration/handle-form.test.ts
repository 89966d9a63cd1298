import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { bareOf, ensureBare, ensureFull, type FullJid } from '@heliograph/jid'
import { type Form, formElement, Stanza, stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { PresentRole } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { RoomPace } from '../limits/room-pace.ts'
import { Occupant } from '../occupant.ts'
import { Occupants } from '../occupants.ts'
import { approvalForm } from '../registration/registration-form.ts'
import type { Room } from '../room.ts'
import { handleForm } from './handle-form.ts'
import { voiceForm } from './voice-form.ts'

const user = (name: string) => ensureFull(`${name}@example.org/desk`)

/** Mo moderates, Vic is a visitor, Max a member who isn't there, Ada an admin who isn't. */
function moderated() {
  const sent: string[] = []
  const context = {
    config: { rates: { occupant: { perSecond: 100, burst: 100 }, room: { perSecond: 100, burst: 100 } } },
    events: { slowed: () => {}, refused: () => {} },
    hosts: { kindOf: () => 0, keyOf: () => '' },
    ownership: { heldEpochOf: () => 1 },
    router: {
      transfer: (_kind: unknown, _key: string, { stanza: said }: Envelope) => {
        sent.push(/<error .*?<([a-z-]+) xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/.exec(`${said}`)?.[1] ?? '')
      },
    },
  } as unknown as MucContext
  const affiliates = new Affiliates([
    { jid: bareOf(user('max')), affiliation: 'member' },
    { jid: bareOf(user('ada')), affiliation: 'admin' },
  ])
  const occupants = new Occupants()
  const enter = (nick: string, role: PresentRole) => {
    const presence = new Stanza({ name: 'presence' })
    const sessions = [{ jid: user(nick), presence, joined: 1, welcomed: true, stream: 's', count: 1 }]
    const jid = ensureFull(`coven@chat.example/${nick}`)
    occupants.add(new Occupant({ nick, jid, bare: bareOf(user(nick)), id: nick, role, changed: 1, sessions }))
  }
  enter('mo', 'moderator')
  enter('vic', 'visitor')
  const jid = ensureBare('coven@chat.example')
  const about = { config: DEFAULT_CONFIG, affiliates }
  const affiliationOf = (who: FullJid) => affiliates.of(who)
  const room = { jid, partition: 1, pace: new RoomPace(), occupants, about, affiliationOf } as unknown as Room
  /** The error that comes back; empty: none. */
  return async (from: FullJid, form: Form, allow: string) => {
    const fields = form.fields.map((it) => (it.var?.endsWith('allow') ? { ...it, values: [allow] } : it))
    const message = stanza('message', { from, to: jid, id: 'f' }, formElement({ ...form, type: 'submit', fields }))
    await handleForm(context, { room, stanza: message, from, stream: '', count: 0, trace: '', taken: () => {} })
    return sent.splice(0).join()
  }
}

const approval = (name: string) => approvalForm({ user: bareOf(user(name)), nick: 'x' })
const voice = (nick: string, name = nick) => voiceForm({ nick, jid: user(name) })

test('who decides about nobody gets the same answer, whoever is asked about', async () => {
  const decide = moderated()
  for (const from of ['vic', 'max', 'stranger']) {
    for (const form of [approval('max'), approval('nora'), voice('vic'), voice('vic', 'max'), voice('nobody')])
      for (const allow of ['0', '1']) assert.equal(await decide(user(from), form, allow), 'forbidden')
  }
})

test('a moderator decides about voice alone, an admin who is away about both', async () => {
  const decide = moderated()
  for (const name of ['max', 'nora']) assert.equal(await decide(user('mo'), approval(name), '1'), 'forbidden')
  for (const from of ['mo', 'ada']) assert.equal(await decide(user(from), voice('nobody'), '1'), '')
  assert.equal(await decide(user('ada'), approval('max'), '1'), '')
})
