/** MUC-12: listed rooms are found by words, over the service that has them. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { errorOf, newcomer, together } from '../support/actor.ts'
import { freshRoom, makeRoom } from '../support/room.ts'
import { ask, submission, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes()
const NS = 'urn:xmpp:channel-search:0'
type Fields = Readonly<Record<string, string>>

const search = (client: RawClient, site: Site, fields: Fields, inside = '') =>
  ask(
    client,
    'get',
    `conference.${site.domain}`,
    `<search xmlns='${NS}:search'>${inside}${submission(`${NS}:search-params`, fields)}</search>`,
  )

const itemsOf = (answer: Element): Element[] => {
  assert.equal(answer.attrs.type, 'result', `${answer}`)
  return (answer.getChild('result', `${NS}:search`)?.getChildren('item') ?? []) as Element[]
}

scenario('rooms are found by what they are called, one page after the other (XEP-0433)', async (site) => {
  using all = together({ owen: await newcomer(site, 'owen'), nora: await newcomer(site, 'nora', { edge: 1 }) })
  const { owen, nora } = all
  const word = `zephyr${Date.now()}`
  const rooms = [freshRoom(site, 'a'), freshRoom(site, 'b'), freshRoom(site, 'c')]
  await makeRoom(owen, rooms[0]!, 'owen', { roomname: `The ${word} Room`, lang: 'en', whois: 'anyone' })
  await makeRoom(owen, rooms[1]!, 'owen', { roomdesc: `about ${word}s`, membersonly: '1' })
  await makeRoom(owen, rooms[2]!, 'owen', { roomname: word, publicroom: '0' })
  const form = await ask(nora, 'get', `conference.${site.domain}`, `<search xmlns='${NS}:search'/>`)
  const offered = valuesOf(form.getChild('search')!.getChild('x', 'jabber:x:data')!)
  assert.equal(offered.get('key'), `{${NS}:order}address`)
  const found = itemsOf(await search(nora, site, { q: word.toUpperCase() }))
  assert.deepEqual(
    found.map(({ attrs }) => attrs.address),
    [rooms[0], rooms[1]],
  )
  const told = (item: Element | undefined) =>
    ['name', 'description', 'language', 'service-type', 'is-open', 'anonymity-mode'].map((it) => item?.getChildText(it))
  assert.deepEqual(told(found[0]), [`The ${word} Room`, null, 'en', 'xep-0045', 'true', `{${NS}:anonymity}none`])
  assert.deepEqual(told(found[1]), [null, `about ${word}s`, null, 'xep-0045', 'false', 'muc_semianonymous'])
  const one = `<set xmlns='http://jabber.org/protocol/rsm'><max>1</max></set>`
  const first = await search(nora, site, { q: word }, one)
  const last = first.getChild('result')?.getChild('set')?.getChildText('last')
  assert.equal(last, rooms[0])
  const next = one.replace('</set>', `<after>${last}</after></set>`)
  assert.deepEqual(
    itemsOf(await search(nora, site, { q: word }, next)).map(({ attrs }) => attrs.address),
    [rooms[1]],
  )
  assert.equal(itemsOf(await search(nora, site, { q: word, sinname: '0' })).length, 1)
  assert.ok(itemsOf(await search(nora, site, { all: 'true' })).length >= 2)
  assert.deepEqual(itemsOf(await search(nora, site, { q: word, types: 'xep-0369' })), [])
})

scenario('what can’t be searched for is refused as the XEP says', async (site) => {
  using all = together({ nora: await newcomer(site, 'nora') })
  const { nora } = all
  for (const [fields, error, name] of [
    [{}, 'cancel/bad-request', 'no-search-conditions'],
    [{ q: 'ab c' }, 'modify/bad-request', 'invalid-search-terms'],
    [{ q: 'x'.repeat(201) }, 'modify/bad-request', 'invalid-search-terms'],
    [{ q: 'some', all: '1' }, 'modify/bad-request', 'conflicting-fields'],
    [{ q: 'some', key: `{${NS}:order}nusers` }, 'modify/feature-not-implemented', 'invalid-sort-key'],
  ] as const) {
    const answer = await search(nora, site, fields)
    assert.equal(errorOf(answer), error)
    assert.ok(answer.getChild('error')?.getChild(name, `${NS}:error`), `${answer}`)
  }
  const odd = `<set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set>`
  assert.equal(errorOf(await search(nora, site, { q: 'some' }, odd)), 'modify/bad-request')
  assert.equal(errorOf(await search(nora, site, { q: 'some', all: 'perhaps' })), 'modify/bad-request')
})

scenario('who searches all the time is told to wait, and is in nobody’s way (§4.2.2.4)', async (site) => {
  using all = together({ eve: await newcomer(site, 'eve'), nora: await newcomer(site, 'nora', { edge: 1 }) })
  const { eve, nora } = all
  const answers = Promise.all(Array.from({ length: 20 }, () => search(eve, site, { q: 'everything' })))
  assert.deepEqual(itemsOf(await search(nora, site, { q: `nothing${Date.now()}` })), [])
  const refused = (await answers).filter(({ attrs }) => attrs.type === 'error')
  assert.ok(refused.length > 0 && refused.length < 20, `${refused.length}`)
  for (const answer of refused) {
    assert.equal(errorOf(answer), 'wait/resource-constraint')
    assert.ok(answer.getChild('error')?.getChild('rate-limit', `${NS}:error`)?.attrs['retry-after'])
  }
  const form = await ask(eve, 'get', `conference.${site.domain}`, `<search xmlns='${NS}:search'/>`)
  assert.equal(form.attrs.type, 'result', 'to ask what can be searched for is no search')
})
