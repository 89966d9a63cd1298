/** MUC-09: hats, which a room's admins make and give, and which everybody there sees. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf } from '../support/actor.ts'
import { commandErrorOf, commandOf, commandStep, NS_FORMS } from '../support/commands.ts'
import { join, knock } from '../support/room.ts'
import { ask, company, seen, told, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes()
const COMMANDS = 'urn:xmpp:hats:commands'
const HOST = 'http://hats.example/#host'
const SCRIBE = 'http://hats.example/#scribe'

const hatsOf = (presence: Element): string[] =>
  (presence.getChild('hats', 'urn:xmpp:hats:0')?.getChildren('hat') ?? []).map(
    ({ attrs: { title, uri, hue = '-' } }) => `${title} ${uri} ${hue}`,
  )

const rowsOf = (command: Element): string[] =>
  (command.getChild('x', NS_FORMS)?.getChildren('item') ?? [])
    .map((item) => [...valuesOf(item).values()].join(' '))
    .sort()

scenario('hats are made, given, seen by all and by who comes later, and taken (XEP-0317)', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room, at } = all
  const step = (by: typeof owen, name: string, fields?: Record<string, string>, rest = {}) =>
    commandStep(by, {
      to: room,
      node: `${COMMANDS}:${name}`,
      ...(fields && { fields: fields as never, formType: COMMANDS }),
      ...rest,
    })
  const offered = commandOf(await step(ada, 'create'))
  assert.equal(offered.attrs.status, 'executing')
  const fields = { 'hats#title': 'Host', 'hats#uri': HOST, 'hats#hue': '327.25' }
  const made = commandOf(await step(ada, 'create', fields, { sessionid: offered.attrs.sessionid }))
  assert.equal(made.attrs.status, 'completed')
  await told(nora, room, '104')
  commandOf(await step(owen, 'create', { 'hats#title': 'Scribe', 'hats#uri': SCRIBE }, { lang: 'en-GB' }))
  assert.deepEqual(rowsOf(commandOf(await step(nora, 'list'))), [`Host ${HOST} 327.25`, `Scribe ${SCRIBE} `])
  const wearer = { 'hats#jid': bareOf(nora.jid) }
  for (const uri of [HOST, SCRIBE]) commandOf(await step(ada, 'assign', { ...wearer, 'hats#uri': uri }))
  for (const client of [owen, nora]) {
    await client.expect((it) => it.attrs.from === at('nora') && hatsOf(it).length === 1)
    const both = await client.expect((it) => it.attrs.from === at('nora') && hatsOf(it).length === 2)
    assert.deepEqual(hatsOf(both), [`Host ${HOST} 327.25`, `Scribe ${SCRIBE} -`])
    const worn = both.getChild('hats', 'urn:xmpp:hats:0')?.getChildren('hat') ?? []
    assert.equal(worn[1]?.attrs['xml:lang'], 'en-GB')
  }
  assert.deepEqual(rowsOf(commandOf(await step(ada, 'list-assigned'))), [
    `${bareOf(nora.jid)} Host ${HOST} 327.25`,
    `${bareOf(nora.jid)} Scribe ${SCRIBE} `,
  ])
  // Who wears none can't claim any, and a room that everybody leaves by that client is entered with them again.
  nora.send(`<presence to='${room}' type='unavailable'/>`)
  await seen(nora, at('nora'), '-none none 110')
  const inside = `<hats xmlns='urn:xmpp:hats:0'><hat title='King' uri='urn:x:king'/></hats>`
  assert.equal(hatsOf(await join(nora, room, 'nora', { inside })).length, 2)
  knock(all.max, room, 'maximilian', { inside })
  assert.deepEqual(hatsOf(await owen.expect((it) => it.attrs.from === at('maximilian'))), [])
  const info = await ask(nora, 'get', room, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const hash = valuesOf(info.getChild('query')!.getChild('x', NS_FORMS)!).get('hats#hash')
  assert.match(hash ?? '', /^[0-9a-f]{40}$/)
  commandOf(await step(ada, 'destroy', { 'hats#uri': HOST }))
  await owen.expect((it) => it.attrs.from === at('nora') && hatsOf(it).join() === `Scribe ${SCRIBE} -`)
  commandOf(await step(ada, 'unassign', { ...wearer, 'hats#uri': SCRIBE }))
  await owen.expect((it) => it.attrs.from === at('nora') && it.name === 'presence' && hatsOf(it).length === 0)
})

scenario('who may not, and what can’t be, is refused; commands are found by who may execute them', async (site) => {
  using all = await company(site)
  const { ada, nora, room } = all
  const step = (by: typeof ada, name: string, fields?: Record<string, string>, rest = {}) =>
    commandStep(by, {
      to: room,
      node: `${COMMANDS}:${name}`,
      ...(fields && { fields: fields as never, formType: COMMANDS }),
      ...rest,
    })
  for (const name of ['create', 'destroy', 'assign', 'unassign', 'list-assigned'])
    assert.equal(errorOf(await step(nora, name)), 'cancel/forbidden')
  assert.equal(errorOf(await step(ada, 'wear')), 'cancel/item-not-found')
  const bad = 'modify/bad-request/bad-payload'
  for (const fields of [
    { 'hats#title': 'Host' },
    { 'hats#title': 'Host', 'hats#uri': 'no uri' },
    { 'hats#title': 'x'.repeat(101), 'hats#uri': HOST },
    { 'hats#title': 'Host', 'hats#uri': HOST, 'hats#hue': '361' },
  ] as Record<string, string>[])
    assert.equal(commandErrorOf(await step(ada, 'create', fields)), bad)
  const unknown = { 'hats#jid': bareOf(nora.jid), 'hats#uri': HOST }
  for (const name of ['assign', 'unassign', 'destroy'])
    assert.equal(errorOf(await step(ada, name, unknown)), 'cancel/item-not-found')
  const { sessionid } = commandOf(await step(ada, 'create')).attrs
  assert.equal(
    commandOf(await step(ada, 'create', undefined, { sessionid, action: 'cancel' })).attrs.status,
    'canceled',
  )
  assert.equal(commandErrorOf(await step(ada, 'assign', unknown, { sessionid })), 'modify/bad-request/bad-sessionid')
  const items = async (by: typeof ada) => {
    const query = `<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>`
    const found = (await ask(by, 'get', room, query)).getChild('query')!.getChildren('item')
    return found.map(({ attrs }) => String(attrs.node).slice(COMMANDS.length + 1)).sort()
  }
  assert.deepEqual(await items(nora), ['list'])
  assert.equal((await items(ada)).length, 6)
})
