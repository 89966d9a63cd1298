/** PRES-01: the contact list, in two places at once. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import { enter, errorOf, newcomer, receivedAfter, settle, together } from '../support/actor.ts'
import { getRoster, nextPush, setItem } from '../support/roster.ts'

const scenario = await bothModes()
const isPush = ({ attrs, name }: { attrs: { type?: string }; name: string }) => name === 'iq' && attrs.type === 'set'

async function twoResources(site: Site) {
  const alice = await site.person('alice')
  const phone = await enter(site, alice, { resource: 'phone', edge: 0 })
  const desk = await enter(site, alice, { resource: 'desk', edge: 1 })
  return together({ phone, desk })
}

scenario('an item is set, renamed and removed; both resources are told, with one version', async (site) => {
  using people = await twoResources(site)
  const { phone, desk } = people
  const jid = `bob@${site.domain}`
  assert.deepEqual((await getRoster(phone)).items, [])
  assert.deepEqual((await getRoster(desk)).items, [])
  const steps = [
    [`<item jid='${jid}' name='Bob'><group>Friends</group></item>`, { name: 'Bob', groups: ['Friends'] }],
    [`<item jid='${jid}' name='Bobby'><group>A</group><group>B</group></item>`, { name: 'Bobby', groups: ['A', 'B'] }],
    [`<item jid='${jid}'/>`, {}],
  ] as const
  for (const [item, expected] of steps) {
    assert.equal((await setItem(phone, item)).attrs.type, 'result')
    const [one, two] = [await nextPush(phone), await nextPush(desk)]
    assert.deepEqual(one, two)
    assert.deepEqual(one, { jid, subscription: 'none', ...expected, ver: one.ver })
    const { items, ver } = await getRoster(desk, '')
    assert.deepEqual(items, [{ jid, subscription: 'none', ...expected }])
    assert.equal(ver, one.ver)
  }
  await setItem(desk, `<item jid='${jid}' subscription='remove'/>`)
  for (const client of [phone, desk]) assert.equal((await nextPush(client)).subscription, 'remove')
  assert.deepEqual((await getRoster(phone)).items, [])
})

scenario('a client that knows the version is told only what changed since', async (site) => {
  using people = await twoResources(site)
  const { phone, desk } = people
  await setItem(phone, `<item jid='bob@${site.domain}' name='Bob'/>`)
  const { ver } = await getRoster(phone, '')
  assert.ok(ver)
  const same = await getRoster(desk, ver)
  assert.equal(same.items, undefined) // XEP-0237 §2.2: an empty result
  await setItem(phone, `<item jid='carol@${site.domain}' name='Carol'/>`)
  await setItem(phone, `<item jid='bob@${site.domain}' subscription='remove'/>`)
  await settle(desk)
  desk.takeAll(isPush)
  const changed = await getRoster(desk, ver)
  if (changed.items === undefined) {
    const pushes = [await nextPush(desk), await nextPush(desk)]
    assert.deepEqual(pushes.map(({ jid, subscription }) => [jid.split('@')[0], subscription]).sort(), [
      ['bob', 'remove'],
      ['carol', 'none'],
    ])
  } else
    assert.deepEqual(
      changed.items.map(({ jid }) => jid.split('@')[0]),
      ['carol'],
    )
  const strange = await getRoster(desk, 'never-heard-of')
  assert.deepEqual(
    strange.items?.map(({ name }) => name),
    ['Carol'],
  )
})

scenario('who has not asked for the roster is not told of changes', async (site) => {
  using people = await twoResources(site)
  const { phone, desk } = people
  await getRoster(phone)
  await setItem(phone, `<item jid='bob@${site.domain}'/>`)
  await nextPush(phone)
  assert.deepEqual(await receivedAfter(phone, desk, isPush), [])
})

scenario('what cannot be an item is refused, and changes nothing', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const long = 'x'.repeat(2_000)
  const wrong = [
    [`<item jid='a@${site.domain}'/><item jid='b@${site.domain}'/>`, 'modify/bad-request'],
    [`<item jid='a@@'/>`, 'modify/jid-malformed'],
    [`<item name='nobody'/>`, 'modify/jid-malformed'],
    [`<item jid='a@${site.domain}'><group>A</group><group>A</group></item>`, 'modify/bad-request'],
    [`<item jid='a@${site.domain}'><group/></item>`, 'modify/not-acceptable'],
    [`<item jid='a@${site.domain}' name='${long}'/>`, 'modify/not-acceptable'],
    [`<item jid='a@${site.domain}' subscription='remove'/>`, 'cancel/item-not-found'],
  ] as const
  for (const [item, expected] of wrong) assert.equal(errorOf(await setItem(alice, item)), expected, item)
  assert.deepEqual((await getRoster(alice)).items, [])
  // RFC 6121 §2.3.3: nobody sets another's roster, and a subscription is not set by hand.
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const foreign = `<query xmlns='jabber:iq:roster'><item jid='a@${site.domain}'/></query>`
  const answer = await alice.request(`<iq type='set' id='f' to='${bob.jid.split('/')[0]}'>${foreign}</iq>`)
  assert.match(errorOf(answer) ?? '', /forbidden|service-unavailable|not-allowed/)
  await setItem(alice, `<item jid='${bob.jid.split('/')[0]}' subscription='both' ask='subscribe'/>`)
  const { items } = await getRoster(alice)
  assert.deepEqual(items, [{ jid: bob.jid.split('/')[0], subscription: 'none' }])
})
