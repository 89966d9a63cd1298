import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureBare, ensureFull, type FullJid } from '@heliograph/jid'
import { Registry } from '@heliograph/module'
import { NS, readStanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import { RoomHats } from '../hats/room-hats.ts'
import { handleMessage } from '../messages/message.ts'
import { Room } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { handleIq } from './iq.ts'
import { roomModules } from './modules.ts'

const jid = ensureBare('cave@conference.example')
const owner = ensureFull('owen@verona.example/x')
const stranger = ensureFull('rosaline@verona.example/x')

/** A room, and what it answers to those who say something to it. */
function roomWith({ locked = false, ...changes }: Partial<RoomConfig> & { readonly locked?: boolean }) {
  const room = new Room({ jid, partition: 0, lane: {} as never, bound: 10, handle: () => {}, failed: () => {} })
  const creator = ensureBare('owen@verona.example')
  const affiliates = new Affiliates([{ jid: creator, affiliation: 'owner' }])
  const subject = { text: 'a plot', by: 'owen', at: 0 }
  const config = { ...DEFAULT_CONFIG, ...changes }
  const known = { affiliates, subscribers: new Subscribers() }
  room.details = { creator, created: 0, locked, config, subject, vcard: undefined, hats: RoomHats.none, ...known }
  const answers: string[] = []
  const context = {
    config: { archive: { enabled: true, search: true } },
    modules: new Registry(roomModules),
    challenges: { areAsked: false, take: () => undefined },
    hosts: { kindOf: () => 1, keyOf: () => '' },
    ownership: { heldEpochOf: () => 1 },
    router: { transfer: (_kind: unknown, _key: string, { stanza }: Envelope) => answers.push(String(stanza)) },
    events: { refused: () => {} },
  } as unknown as MucContext
  const say = (from: FullJid, xml: string): string => {
    const stanza = readStanza(Buffer.from(xml)).with({ from, to: jid })
    const handler = stanza.name === 'iq' ? handleIq : handleMessage
    void handler(context, { room, stanza, from, stream: '', count: 0, trace: '', taken: () => {} })
    return answers.splice(0).join('')
  }
  return say
}

const get = (payload: string) => `<iq type='get' id='1'>${payload}</iq>`
const info = get(`<query xmlns='${NS.discoInfo}'/>`)

test('a room that nobody has configured yet is there for its owner alone', () => {
  const say = roomWith({ locked: true })
  const said = [
    info,
    get(`<query xmlns='${NS.discoItems}'/>`),
    get(`<query xmlns='${NS.discoInfo}' node='x-roomuser-item'/>`),
    get(`<query xmlns='${NS.mam}'/>`),
    get(`<vCard xmlns='${NS.vcardTemp}'/>`),
    `<message type='groupchat'><body>hi</body></message>`,
    `<message><x xmlns='${NS.mucUser}'><decline to='${owner}'/></x></message>`,
  ]
  for (const xml of said) assert.match(say(stranger, xml), /type='error'.*<item-not-found/, xml)
  assert.match(say(owner, info), /type='result'/)
  assert.equal(say(stranger, `<iq type='result' id='1'/>`), '')
})

test('what a room is about is told those who may read what is said there', () => {
  const subject = /a plot/
  assert.match(roomWith({})(stranger, info), subject)
  for (const closed of [{ membersOnly: true }, { passwordProtected: true, password: 'x' }]) {
    const say = roomWith(closed)
    const answer = say(stranger, info)
    assert.match(answer, /type='result'/)
    assert.doesNotMatch(answer, subject)
    assert.match(say(owner, info), subject)
  }
})
