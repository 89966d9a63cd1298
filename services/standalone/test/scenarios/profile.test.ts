/** PRES-08, PRES-10, PRES-14: what users say of themselves, and what their clients keep for them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce, bareOf, enter, errorOf, isPresence, newcomer, receivedAfter } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const NS_PRIVATE = 'jabber:iq:private'
const NS_UPDATE = 'vcard-temp:x:update'
let ids = 0

function ask(client: RawClient, type: 'get' | 'set', payload: string, to?: string): Promise<Element> {
  const address = to === undefined ? '' : ` to='${to}'`
  return client.request(`<iq type='${type}' id='profile-${ids++}'${address}>${payload}</iq>`)
}

const vcard = (inside: string) => `<vCard xmlns='vcard-temp'>${inside}</vCard>`
const photo = (bytes: Buffer) => `<PHOTO><TYPE>image/png</TYPE><BINVAL>${bytes.toString('base64')}</BINVAL></PHOTO>`
const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex')
const kept = (inside: string) => `<query xmlns='${NS_PRIVATE}'>${inside}</query>`
const hashIn = (presence: Element) => presence.getChild('x', NS_UPDATE)?.getChildText('photo')

scenario('a client keeps XML of its own at the server, which another of the same user finds', async (site) => {
  const person = await site.person('hamlet')
  await using hamlet = await enter(site, person, { edge: 0 })
  const empty = await ask(hamlet, 'get', kept(`<exodus xmlns='exodus:prefs'/>`))
  const nothing = empty.getChild('query', NS_PRIVATE)?.getChild('exodus', 'exodus:prefs')
  assert.deepEqual(nothing?.children, [])
  const inside = `<nick>Hamlet &amp; sons</nick><o:other xmlns:o='urn:o' o:at='1'/>`
  await ask(hamlet, 'set', kept(`<exodus xmlns='exodus:prefs'>${inside}</exodus><b xmlns='storage:bookmarks'/>`))
  await ask(hamlet, 'set', kept(`<b xmlns='storage:bookmarks'><url/></b>`))
  await using other = await enter(site, person, { edge: 1 })
  const found = (await ask(other, 'get', kept(`<exodus xmlns='exodus:prefs'/>`))).getChild('query', NS_PRIVATE)
  const prefs = found?.getChild('exodus', 'exodus:prefs')
  assert.equal(prefs?.getChildText('nick'), 'Hamlet & sons')
  assert.equal(prefs?.getChild('other', 'urn:o')?.attrs['o:at'], '1')
  const marks = (await ask(other, 'get', kept(`<b xmlns='storage:bookmarks'/>`))).getChild('query', NS_PRIVATE)
  assert.ok(marks?.getChild('b', 'storage:bookmarks')?.getChild('url'))
})

scenario('private XML is refused to others, malformed, and beyond the bounds', async (site) => {
  await using hamlet = await newcomer(site, 'hamlet')
  await using claudius = await newcomer(site, 'claudius', { edge: 1 })
  await befriend(hamlet, claudius)
  const prefs = kept(`<exodus xmlns='exodus:prefs'/>`)
  for (const to of [bareOf(hamlet.jid), `no-${bareOf(hamlet.jid)}`])
    for (const type of ['get', 'set'] as const)
      assert.equal(errorOf(await ask(claudius, type, prefs, to)), 'auth/forbidden')
  assert.equal(errorOf(await ask(hamlet, 'get', kept(''))), 'modify/bad-request')
  assert.equal(errorOf(await ask(hamlet, 'get', kept(`<a xmlns='a'/><b xmlns='b'/>`))), 'modify/bad-request')
  for (const inside of ['', '<mine/>', `<m xmlns='jabber:client'/>`, `<m xmlns='${'u'.repeat(600)}'/>`])
    assert.equal(errorOf(await ask(hamlet, 'set', kept(inside))), 'modify/not-acceptable', inside)
  const many = Array.from({ length: 130 }, (_, at) => `<a xmlns='urn:${at}'/>`).join('')
  assert.equal(errorOf(await ask(hamlet, 'set', kept(many))), 'wait/resource-constraint')
  const answer = await ask(hamlet, 'get', kept(`<a xmlns='urn:0'/>`))
  assert.deepEqual(answer.getChild('query', NS_PRIVATE)?.getChild('a', 'urn:0')?.children, [])
})

scenario(
  'a vCard is its owner’s to write and anybody’s to read; where there is none nobody learns more',
  async (site) => {
    const person = await site.person('juliet')
    await using juliet = await enter(site, person, { edge: 0 })
    await using stranger = await newcomer(site, 'stranger', { edge: 1 })
    const none = (await ask(juliet, 'get', vcard(''))).getChild('vCard', 'vcard-temp')
    assert.deepEqual(none?.children, [])
    const [hers, nobodys] = [person.jid, `no-${person.jid}`]
    for (const to of [hers, nobodys]) {
      assert.equal(errorOf(await ask(stranger, 'get', vcard(''), to)), 'cancel/service-unavailable')
      assert.equal(errorOf(await ask(stranger, 'set', vcard('<FN>x</FN>'), to)), 'auth/forbidden')
    }
    assert.equal((await ask(juliet, 'set', vcard('<FN>Juliet &lt;3</FN>'))).attrs.type, 'result')
    for (const [client, to] of [
      [juliet, undefined],
      [juliet, hers],
      [stranger, hers],
    ] as const) {
      const card = (await ask(client, 'get', vcard(''), to)).getChild('vCard', 'vcard-temp')
      assert.equal(card?.getChildText('FN'), 'Juliet <3')
    }
    assert.equal(errorOf(await ask(juliet, 'set', vcard('<PHOTO><BINVAL>%%</BINVAL></PHOTO>'))), 'modify/bad-request')
    const large = vcard(`<DESC>${'d'.repeat(140_000)}</DESC>`)
    assert.equal(errorOf(await ask(juliet, 'set', large)), 'modify/policy-violation')
    assert.equal((await ask(stranger, 'get', vcard(''), hers)).getChild('vCard')?.getChildText('FN'), 'Juliet <3')
    await ask(juliet, 'set', vcard(''))
    assert.equal(errorOf(await ask(stranger, 'get', vcard(''), hers)), 'cancel/service-unavailable')
  },
)

scenario('contacts learn of a new avatar by presence, whatever the client says of it', async (site) => {
  const person = await site.person('juliet')
  await using juliet = await enter(site, person, { edge: 0 })
  await using romeo = await newcomer(site, 'romeo', { edge: 1 })
  await befriend(juliet, romeo)
  const [first, second] = [Buffer.from('first'), Buffer.from('second')]
  const hers = (hash: string | null) => (it: Element) => isPresence(it, juliet.jid) && (hashIn(it) ?? null) === hash
  await ask(juliet, 'set', vcard(photo(first)))
  await romeo.expect(hers(sha1(first)))
  await juliet.expect(hers(sha1(first)))
  for (const [priority, said] of [
    [1, ''],
    [2, `<x xmlns='${NS_UPDATE}'/>`],
    [3, `<x xmlns='${NS_UPDATE}'><photo>old</photo></x>`],
  ] as const) {
    await announce(juliet, priority, said)
    const seen = await romeo.expect(
      (it) => isPresence(it, juliet.jid) && it.getChildText('priority') === String(priority),
    )
    assert.equal(hashIn(seen), sha1(first))
  }
  await ask(juliet, 'set', vcard(photo(second)))
  await romeo.expect(hers(sha1(second)))
  await using tablet = await enter(site, person, { edge: 1 })
  const seen = await romeo.expect((it) => isPresence(it, tablet.jid))
  assert.equal(hashIn(seen), sha1(second))
  tablet.send(`<presence><x xmlns='${NS_UPDATE}'><photo/></x></presence>`)
  await romeo.expect((it) => isPresence(it, tablet.jid) && hashIn(it) === '')
  await ask(juliet, 'set', vcard('<FN>Juliet</FN>'))
  await romeo.expect(hers(''))
  const tablets = (it: Element) => isPresence(it, tablet.jid)
  assert.deepEqual(await receivedAfter(juliet, romeo, tablets), [])
})
