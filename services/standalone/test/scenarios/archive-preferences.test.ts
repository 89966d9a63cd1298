/** MSG-10: people say what is archived of them, and that holds wherever they are served. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, enter, errorOf, newcomer, say, saying, settle, together } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'
import { commandErrorOf, commandOf, noteOf, perform } from '../support/commands.ts'
import { control } from '../support/control.ts'

const scenario = await bothModes()
const NS_MAM = 'urn:xmpp:mam:2'
let requests = 0

function prefs(client: RawClient, content = '', to = '') {
  const type = content === '' ? 'get' : 'set'
  const address = to === '' ? '' : ` to='${to}'`
  const payload = content === '' ? `<prefs xmlns='${NS_MAM}'/>` : content
  return client.request(`<iq type='${type}' id='prefs-${requests++}'${address}>${payload}</iq>`)
}

const wish = (behaviour: string, lists = '') => `<prefs xmlns='${NS_MAM}' default='${behaviour}'>${lists}</prefs>`
const list = (name: string, ...jids: string[]) =>
  `<${name}>${jids.map((jid) => `<jid>${jid}</jid>`).join('')}</${name}>`

scenario('what is archived follows what its owner wants, each for himself', async (site) => {
  const people = { alice: await newcomer(site, 'alice', { edge: 0 }), bob: await newcomer(site, 'bob', { edge: 1 }) }
  using _ = together(people)
  const { alice, bob } = people
  const first = (await prefs(alice)).getChild('prefs', NS_MAM)!
  assert.equal(first.attrs.default, 'always')
  assert.deepEqual([first.getChild('always')?.children, first.getChild('never')?.children], [[], []])

  const never = (await prefs(alice, wish('always', list('never', bareOf(bob.jid))))).getChild('prefs', NS_MAM)!
  assert.equal(never.getChild('never')?.getChildText('jid'), bareOf(bob.jid))
  say(alice, bob.jid, 'off the record')
  const heard = await bob.expect(saying('off the record'))
  say(bob, alice.jid, 'nor this')
  // The id is the archive's, so what isn't in it has none.
  assert.equal((await alice.expect(saying('nor this'))).getChild('stanza-id'), undefined)
  assert.ok(heard.getChild('stanza-id'))
  await prefs(alice, wish('roster', list('always', bob.jid)))
  say(alice, bob.jid, 'on the record')
  await bob.expect(saying('on the record'))
  say(alice, bareOf(bob.jid), 'to the account')
  await bob.expect(saying('to the account'))
  assert.deepEqual(bodiesOf(await readArchive(alice)), ['on the record'])
  assert.deepEqual(bodiesOf(await readArchive(bob)), ['off the record', 'nor this', 'on the record', 'to the account'])
})

scenario('who wants nothing archived is told what he missed, once, and keeps that wish', async (site) => {
  const person = await site.person('bob')
  await using bob = await enter(site, person, { edge: 1 })
  await prefs(bob, wish('never'))
  await bob.close()
  await using alice = await newcomer(site, 'alice')
  say(alice, person.jid, 'while you were away')
  await settle(alice)
  await using back = await enter(site, person, { edge: 0, sm: true })
  await back.expect(saying('while you were away'))
  assert.equal((await prefs(back)).getChild('prefs', NS_MAM)?.attrs.default, 'never')
  assert.deepEqual(bodiesOf(await readArchive(back)), [])
  back.ack()
  await settle(back)
  await back.close()
  await using again = await enter(site, person, { edge: 1 })
  await settle(again)
  assert.deepEqual(again.takeAll(saying('while you were away')), [])
})

scenario('wishes that make no sense, or are about others, are refused and change nothing', async (site) => {
  const people = { alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) }
  using _ = together(people)
  const { alice, bob } = people
  await prefs(alice, wish('roster', list('always', 'x@y.example')))
  const many = Array.from({ length: 201 }, (_, at) => `u${at}@many.example`)
  for (const [content, error] of [
    [`<prefs xmlns='${NS_MAM}' default='maybe'/>`, 'modify/bad-request'],
    [`<prefs xmlns='${NS_MAM}'><always/></prefs>`, 'modify/bad-request'],
    [wish('never', list('always', 'a@@b')), 'modify/jid-malformed'],
    [wish('never', list('never', ...many)), 'modify/not-acceptable'],
  ] as const)
    assert.equal(errorOf(await prefs(alice, content)), error)
  for (const content of ['', wish('never')])
    assert.match(errorOf(await prefs(bob, content, bareOf(alice.jid))) ?? '', /forbidden/)
  const kept = (await prefs(alice)).getChild('prefs', NS_MAM)!
  assert.deepEqual([kept.attrs.default, kept.getChild('always')?.getChildText('jid')], ['roster', 'x@y.example'])
})

scenario(
  'how long messages stay is said by whoever runs the server, and by the user where that is less',
  async (site) => {
    await using alice = await newcomer(site, 'alice', { edge: 1 })
    const node = 'urn:xmpp:mam#configure'
    const wish = async (days: string) => perform(alice, { node, fields: { days } })
    const held = async (...words: string[]) => {
      const { data } = await control(site, ['users', 'retention', bareOf(alice.jid), ...words])
      return data as { days: number; set: boolean; wished: number }
    }
    assert.deepEqual(await held(), { jid: bareOf(alice.jid), days: 0, set: false, wished: 0 })
    assert.equal((await held('30')).days, 30)
    assert.equal(noteOf(commandOf(await wish('7'))), 'Messages are removed after 7 days.')
    assert.deepEqual(await held('3'), { jid: bareOf(alice.jid), days: 3, set: true, wished: 7 })
    assert.equal((await held('default')).days, 7)
    assert.equal(noteOf(commandOf(await wish('0'))), 'Messages are kept for ever.')
    for (const wrong of ['-1', '36501', 'x', ''])
      assert.equal(commandErrorOf(await wish(wrong)), 'modify/bad-request/bad-payload')
    assert.equal((await control(site, ['users', 'retention', `nobody@${site.domain}`, '3'])).code, 1)
    assert.equal((await control(site, ['users', 'retention', bareOf(alice.jid), '36501'])).code, 1)
  },
)
