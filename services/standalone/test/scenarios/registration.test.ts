/** AUTH-22: accounts made, changed and removed by those who own them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { bothModes, RawClient } from '@heliograph/testkit'
import { bareOf, enter, errorOf, newcomer, receivedAfter, say, saying, settle } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'
import { until } from '../support/block-lists.ts'
import { control } from '../support/control.ts'
import { askAccount } from '../support/eventing.ts'
import { befriend } from '../support/friends.ts'
import { done, failed, freshNode, makeNode, news, publishing, subscribe, subscribing } from '../support/pubsub.ts'
import { getRoster } from '../support/roster.ts'

const scenario = await bothModes()
const NS_REGISTER = 'jabber:iq:register'

const newcomerName = (): string => `nell-${randomBytes(4).toString('hex')}`

function form(username: string, password: string): string {
  const fields = `<username>${username}</username><password>${password}</password>`
  return `<iq type='set' id='reg-${randomBytes(3).toString('hex')}'><query xmlns='${NS_REGISTER}'>${fields}</query></iq>`
}

scenario('nell asks for the form, makes an account and logs in on the same stream', async (site) => {
  const nell = { user: newcomerName(), password: 'oranges & lemons' }
  await using client = await RawClient.connect(site.at(0))
  const features = await client.open()
  assert.ok(features.getChild('register', 'http://jabber.org/features/iq-register'))
  const fields = (await client.request(`<iq type='get' id='f'><query xmlns='${NS_REGISTER}'/></iq>`)).getChild('query')
  assert.ok(fields?.getChild('username') && fields.getChild('password'))
  assert.equal((await client.request(form(nell.user, 'oranges &amp; lemons'))).attrs.type, 'result')
  assert.equal(errorOf(await client.request(form(nell.user, 'other'))), 'cancel/conflict')
  assert.equal(errorOf(await client.request(form('no spaces', 'x'))), 'modify/jid-malformed')
  const weak = await client.request(form(`${nell.user}x`, 'short'))
  assert.equal(errorOf(weak), 'modify/not-acceptable')
  assert.match(weak.getChild('error')?.getChildText('text') ?? '', /fewer than 8/)
  assert.equal(errorOf(await client.request(form('root', 'x'))), 'modify/not-acceptable')
  await client.authenticate(nell)
  assert.equal(bareOf(await client.bind()), `${nell.user}@${site.domain}`)
})

scenario('nell changes her password; the old one is wrong from then on, at every edge', async (site) => {
  const person = await site.person('nell')
  await using nell = await enter(site, person)
  assert.equal((await nell.request(form(person.user, 'another new one'))).attrs.type, 'result')
  const weak = await nell.request(form(person.user, 'qwertyuiop'))
  assert.equal(errorOf(weak), 'modify/not-acceptable')
  assert.match(weak.getChild('error')?.getChildText('text') ?? '', /easy to guess/)
  const former = await nell.request(form(person.user, person.password))
  assert.match(former.getChild('error')?.getChildText('text') ?? '', /had before/)
  assert.equal(errorOf(await nell.request(form(`${person.user}x`, 'hijack the account'))), 'modify/bad-request')
  for (const edge of [0, 1]) {
    await assert.rejects(enter(site, person, { edge }), /not-authorized/)
    await using again = await enter(site, { ...person, password: 'another new one' }, { edge })
    await again.close()
  }
})

scenario('nell removes her account: she is gone for her friends, and nothing of her is left', async (site) => {
  const person = await site.person('nell')
  const nell = await enter(site, person, { edge: 0 })
  await using tablet = await enter(site, person, { edge: 1 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await getRoster(bob)
  await befriend(nell, bob)
  say(bob, person.jid, 'hello nell')
  await Promise.any([nell.expect(saying('hello nell')), tablet.expect(saying('hello nell'))])
  const removal = `<iq type='set' id='gone'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`
  assert.equal((await nell.request(removal)).attrs.type, 'result')
  await Promise.all([nell.ended, tablet.ended])
  await bob.expect((it) => it.attrs.from === nell.jid && it.attrs.type === 'unavailable')
  await assert.rejects(enter(site, person, { edge: 1 }), /not-authorized/)
  say(bob, person.jid, 'where are you?')
  assert.equal(errorOf(await bob.expect(saying('where are you?'))), 'cancel/service-unavailable')
  await settle(bob)
  assert.equal((await getRoster(bob)).items?.[0]?.subscription, 'none')

  // Whoever takes the name next starts with nothing.
  await RawClient.register(site.at(0), person.user, 'somebody else')
  await using heir = await enter(site, { ...person, password: 'somebody else' })
  assert.deepEqual((await getRoster(heir)).items, [])
  assert.deepEqual(bodiesOf(await readArchive(heir)), [])
})

scenario('who takes the name of a deleted account has none of its nodes, and is nothing at others', async (site) => {
  const bob = await site.person('bob')
  await using host = await newcomer(site, 'host')
  const first = await enter(site, bob, { edge: 1 })
  const [diary, forum, made] = [freshNode('diary'), freshNode('forum'), freshNode('made')]
  const atHost = (client: RawClient) => ({ ...subscribing(diary, bareOf(client.jid)), to: bareOf(host.jid) })
  const keep = async (client: RawClient, id: string) =>
    assert.equal((await askAccount(client, publishing(diary, id))).attrs.type, 'result')
  await makeNode(host, forum)
  await makeNode(first, made, { publish_model: 'open' })
  for (const client of [host, first]) {
    await keep(client, 'his')
    await subscribe(client, forum)
  }
  await befriend(host, first)
  assert.equal((await askAccount(first, atHost(first))).attrs.type, 'result')
  assert.equal((await askAccount(host, atHost(host))).attrs.type, 'result')
  const affiliation = `<affiliation jid='${bob.jid}' affiliation='publisher'/>`
  await done(host, { type: 'set', owner: true, inside: `<affiliations node='${forum}'>${affiliation}</affiliations>` })
  for (const node of [forum, made]) await done(first, publishing(node, 'his'))
  await news(first, forum)
  assert.equal((await control(site, ['users', 'delete', bob.jid])).code, 0)
  await first.ended
  assert.equal((await control(site, ['users', 'create', bob.jid], `${bob.password}\n`)).code, 0)
  await using second = await enter(site, bob)
  const own = await askAccount(second, { type: 'get', inside: `<items node='${diary}'/>` })
  assert.equal(errorOf(own), 'cancel/item-not-found')
  for (const what of ['affiliations', 'subscriptions'])
    assert.equal((await done(second, { type: 'get', inside: `<${what}/>` }))?.getChildElements().length, 0)
  // What was in memory follows. Where anybody may publish only what was there before isn't his.
  for (const node of [forum, made])
    await until('auth/forbidden', () => failed(second, publishing(node, 'his', 'changed')))
  await done(second, publishing(made, 'own'))
  await until('nothing', async () => {
    await keep(host, 'later')
    await done(host, publishing(forum, 'later'))
    for (const node of [diary, forum]) await news(host, node)
    const heard = await receivedAfter(host, second, (it) => it.getChild('event') !== undefined)
    return heard.length === 0 ? 'nothing' : `${heard}`
  })
})
