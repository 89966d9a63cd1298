/** MSG-02, CORE-14, CORE-15, ADM-06: what the server tells of itself and of accounts. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { announce, bareOf, enter, errorOf, isPresence, newcomer } from '../support/actor.ts'
import { subscribe } from '../support/friends.ts'

const scenario = await bothModes()
const NS_INFO = 'http://jabber.org/protocol/disco#info'
const NS_ITEMS = 'http://jabber.org/protocol/disco#items'
let ids = 0

const ask = (client: RawClient, to: string, payload: string) =>
  client.request(`<iq type='get' id='info-${ids++}'${to && ` to='${to}'`}>${payload}</iq>`)

async function featuresOf(client: RawClient, to: string): Promise<string[]> {
  const query = (await ask(client, to, `<query xmlns='${NS_INFO}'/>`)).getChild('query', NS_INFO)
  return query?.getChildren('feature').map(({ attrs }) => attrs.var ?? '') ?? []
}

scenario('the server says who it is, what it can and which services it has', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const info = (await ask(alice, site.domain, `<query xmlns='${NS_INFO}'/>`)).getChild('query', NS_INFO)
  // With its language, without which a hash of it (XEP-0390) would depend on that of the stream.
  assert.deepEqual(info?.getChild('identity')?.attrs, {
    category: 'server',
    type: 'im',
    'xml:lang': 'en',
    name: 'Heliograph',
  })
  const features = await featuresOf(alice, site.domain)
  for (const feature of [NS_INFO, NS_ITEMS, 'urn:xmpp:ping', 'urn:xmpp:time', 'jabber:iq:version', 'jabber:iq:last'])
    assert.ok(features.includes(feature), feature)
  assert.equal(new Set(features).size, features.length)
  const items = (await ask(alice, site.domain, `<query xmlns='${NS_ITEMS}'/>`)).getChild('query', NS_ITEMS)
  const services = items?.getChildren('item').map(({ attrs }) => attrs.jid ?? '') ?? []
  assert.deepEqual(services.filter((jid) => /^(conference|pubsub)\./.test(jid)).sort(), [
    `conference.${site.domain}`,
    `pubsub.${site.domain}`,
  ])
  for (const service of services) assert.ok((await featuresOf(alice, service)).includes(NS_INFO), service)
})

scenario('an account says what it can to its owner and those who see him, not to strangers', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const account = bareOf(alice.jid)
  for (const to of ['', account]) {
    const features = await featuresOf(alice, to)
    assert.ok(features.includes('urn:xmpp:mam:2') && features.includes('urn:xmpp:sid:0'), String(features))
  }
  const query = `<query xmlns='${NS_INFO}'/>`
  assert.equal(errorOf(await ask(bob, account, query)), 'cancel/service-unavailable')
  assert.equal(errorOf(await ask(bob, `no-${account}`, query)), 'cancel/service-unavailable')
  await subscribe(bob, alice)
  assert.ok((await featuresOf(bob, account)).includes('urn:xmpp:mam:2'))
})

scenario('ping, version and time are answered', async (site) => {
  await using alice = await newcomer(site, 'alice')
  for (const to of ['', site.domain, bareOf(alice.jid)])
    assert.equal((await ask(alice, to, `<ping xmlns='urn:xmpp:ping'/>`)).attrs.type, 'result', to)
  const version = (await ask(alice, site.domain, `<query xmlns='jabber:iq:version'/>`)).getChild('query')
  assert.equal(version?.getChildText('name'), 'Heliograph')
  assert.match(version?.getChildText('version') ?? '', /^\d+\.\d+\.\d+/)
  const time = (await ask(alice, site.domain, `<time xmlns='urn:xmpp:time'/>`)).getChild('time')
  assert.match(time?.getChildText('utc') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  assert.match(time?.getChildText('tzo') ?? '', /^(Z|[+-]\d\d:\d\d)$/)
  assert.ok(Math.abs(Date.parse(time?.getChildText('utc') ?? '') - Date.now()) < 10_000)
})

scenario('last activity: the server’s up-time, and when somebody was last seen by those who may know', async (site) => {
  const person = await site.person('alice')
  const last = `<query xmlns='jabber:iq:last'/>`
  const alice = await enter(site, person)
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const uptime = (await ask(bob, site.domain, last)).getChild('query')?.attrs.seconds
  assert.ok(Number(uptime) > 0 && Number(uptime) < 100_000)
  assert.equal(errorOf(await ask(bob, person.jid, last)), 'auth/forbidden')
  await subscribe(bob, alice)
  assert.equal((await ask(bob, person.jid, last)).getChild('query')?.attrs.seconds, '0')
  alice.send(`<presence type='unavailable'><status>heading home</status></presence>`)
  await bob.expect((it) => isPresence(it, alice.jid, 'unavailable'))
  await alice.close()
  const seen = (await ask(bob, person.jid, last)).getChild('query')
  assert.equal(seen?.getText(), 'heading home')
  assert.ok(Number(seen?.attrs.seconds) < 10)
})

scenario('what nobody knows is refused; the stream’s limits are told before and after login', async (site) => {
  await using alice = await newcomer(site, 'alice', { priority: false })
  for (const to of ['', site.domain, bareOf(alice.jid)])
    assert.equal(errorOf(await ask(alice, to, `<query xmlns='urn:unheard:of'/>`)), 'cancel/service-unavailable')
  const limits = alice.features?.getChild('limits', 'urn:xmpp:stream-limits:0')
  assert.equal(limits?.getChildText('max-bytes'), '262144')
  assert.ok(Number(limits?.getChildText('idle-seconds')) > 0)
  await announce(alice)
})
