/** MOB-02: whoever isn't there is told by an app server that something has come (XEP-0357). */
import assert from 'node:assert/strict'
import { bothModes, type Person, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, newcomer, receivedAfter, say, saying, settle, together } from '../support/actor.ts'

const scenario = await bothModes()
const PUSH = 'urn:xmpp:push:0'
const PUBSUB = 'http://jabber.org/protocol/pubsub'
const SECRET = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#publish-options</value></field>
  <field var='secret'><value>eruio234vzxc2kla-91</value></field></x>`

let requests = 0

async function ask(client: RawClient, payload: string, to = ''): Promise<Element> {
  const address = to === '' ? '' : ` to='${to}'`
  return client.request(`<iq type='set' id='push-test-${requests++}'${address}>${payload}</iq>`)
}

async function enable(client: RawClient, app: RawClient, node: string, inside = ''): Promise<void> {
  const answer = await ask(client, `<enable xmlns='${PUSH}' jid='${app.jid}' node='${node}'>${inside}</enable>`)
  assert.deepEqual([answer.attrs.type, answer.children.length], ['result', 0])
}

const publishOf = (it: Element) => it.getChild('pubsub', PUBSUB)?.getChild('publish')
const isPush = (it: Element): boolean => it.name === 'iq' && it.attrs.type === 'set' && publishOf(it) !== undefined
const isPushTo = (node: string) => (it: Element) => isPush(it) && publishOf(it)?.attrs.node === node

/** Fields of a form in it, by name. */
function fieldsIn(x: Element | undefined): Record<string, string | undefined> {
  const fields = x?.getChildren('field') ?? []
  return Object.fromEntries(fields.map((field) => [field.attrs.var ?? '', field.getChildText('value') ?? undefined]))
}

const summaryOf = (push: Element) =>
  fieldsIn(publishOf(push)?.getChild('item')?.getChild('notification', PUSH)?.getChild('x', 'jabber:x:data'))

const accept = (app: RawClient, { attrs }: Element) =>
  app.send(`<iq type='result' id='${attrs.id}' to='${attrs.from}'/>`)

function refuse(app: RawClient, { attrs }: Element, condition: string): void {
  const error = `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
  app.send(`<iq type='error' id='${attrs.id}' to='${attrs.from}'>${error}</iq>`)
}

/** Alice, an app server at the other edge, and Bob, whose phone has enabled its nodes. */
async function withApp(site: Site, nodes: readonly string[], { sm = false } = {}) {
  const person: Person = await site.person('bob')
  const app = await newcomer(site, 'app', { edge: 1 })
  const alice = await newcomer(site, 'alice', { edge: 0 })
  const phone = await enter(site, person, { edge: 1, sm })
  for (const node of nodes) await enable(phone, app, node, SECRET)
  return { person, ...together({ app, alice, phone }) }
}

scenario('what comes for somebody who is away is told to each node, and no more than that', async (site) => {
  using people = await withApp(site, ['one', 'two'])
  const { person, app, alice, phone } = people
  await phone.close()
  say(alice, person.jid, 'hello')
  for (const node of ['one', 'two']) {
    const push = await app.expect(isPushTo(node))
    assert.deepEqual([push.attrs.from, push.attrs.to], [person.jid, app.jid])
    assert.deepEqual(summaryOf(push), { FORM_TYPE: 'urn:xmpp:push:summary', 'message-count': '1' })
    const options = push.getChild('pubsub', PUBSUB)?.getChild('publish-options')?.getChild('x', 'jabber:x:data')
    assert.equal(fieldsIn(options).secret, 'eruio234vzxc2kla-91')
    accept(app, push)
  }
  await using back = await enter(site, person, { edge: 0 })
  await back.expect(saying('hello'))
  say(alice, person.jid, 'you are back')
  await back.expect(saying('you are back'))
  assert.deepEqual((await receivedAfter(back, app, isPush)).map(String), [])
})

scenario('a session that waits for its client to resume is away, and told of once', async (site) => {
  using people = await withApp(site, ['node'], { sm: true })
  const { person, app, alice, phone } = people
  phone.cut()
  say(alice, person.jid, 'are you there?')
  const push = await app.expect(isPush)
  assert.equal(summaryOf(push)['message-count'], '1')
  accept(app, push)
  await using back = await enter(site, person, { edge: 0 })
  await settle(back)
  assert.deepEqual((await receivedAfter(alice, app, isPush)).map(String), [])
})

scenario('a call is told of; what says nothing is not', async (site) => {
  using people = await withApp(site, ['node'])
  const { person, app, alice, phone } = people
  await phone.close()
  alice.send(`<message to='${person.jid}' type='chat'><received xmlns='urn:xmpp:receipts' id='x'/></message>`)
  alice.send(
    `<message to='${person.jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  )
  await settle(alice)
  assert.deepEqual((await receivedAfter(alice, app, isPush)).map(String), [])
  alice.send(
    `<message to='${person.jid}' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose><store xmlns='urn:xmpp:hints'/></message>`,
  )
  accept(app, await app.expect(isPush))
})

scenario('an app server that knows the node no more is told no more; the others are', async (site) => {
  using people = await withApp(site, ['gone', 'kept'])
  const { person, app, alice, phone } = people
  await phone.close()
  say(alice, person.jid, 'first')
  refuse(app, await app.expect(isPushTo('gone')), 'item-not-found')
  accept(app, await app.expect(isPushTo('kept')))
  // Away again, after a while in which the burst is over for who comes new.
  await using back = await enter(site, person, { edge: 0 })
  await back.expect(saying('first'))
  await enable(back, app, 'kept')
  await back.close()
  say(alice, person.jid, 'second')
  accept(app, await app.expect(isPushTo('kept')))
  assert.deepEqual(app.takeAll(isPushTo('gone')).map(String), [])
})

scenario('who disables a node, or the whole service, hears no more of it', async (site) => {
  using people = await withApp(site, ['one', 'two', 'three'])
  const { person, app, alice, phone } = people
  assert.equal((await ask(phone, `<disable xmlns='${PUSH}' jid='${app.jid}' node='two'/>`)).attrs.type, 'result')
  await phone.close()
  say(alice, person.jid, 'first')
  for (const node of ['one', 'three']) accept(app, await app.expect(isPushTo(node)))
  assert.deepEqual(app.takeAll(isPush).map(String), [])
  await using back = await enter(site, person, { edge: 0 })
  assert.equal((await ask(back, `<disable xmlns='${PUSH}' jid='${app.jid}'/>`)).attrs.type, 'result')
  await enable(back, app, 'four')
  await back.close()
  say(alice, person.jid, 'second')
  accept(app, await app.expect(isPushTo('four')))
  assert.deepEqual(app.takeAll(isPush).map(String), [])
})

scenario('bad requests, and those about others, are refused', async (site) => {
  using people = await withApp(site, [])
  const { app, alice, phone } = people
  const form = (inside: string) => `<x xmlns='jabber:x:data' type='submit'>${inside}</x>`
  for (const [payload, expected] of [
    [`<enable xmlns='${PUSH}'/>`, 'modify/bad-request'],
    [`<enable xmlns='${PUSH}' jid='a@@b'/>`, 'modify/jid-malformed'],
    [`<enable xmlns='${PUSH}' jid='a.example' node='${'x'.repeat(2000)}'/>`, 'modify/not-acceptable'],
    [`<enable xmlns='${PUSH}' jid='a.example'>${form('<field var="secret"/>')}</enable>`, 'modify/bad-request'],
    [`<disable xmlns='${PUSH}'/>`, 'modify/bad-request'],
    [`<notification xmlns='${PUSH}'/>`, 'cancel/feature-not-implemented'],
  ] as const) {
    assert.equal(errorOf(await ask(phone, payload)), expected, payload)
  }
  for (const what of ['enable', 'disable'])
    assert.equal(
      errorOf(await ask(alice, `<${what} xmlns='${PUSH}' jid='${app.jid}'/>`, bareOf(phone.jid))),
      'auth/forbidden',
    )
  for (let i = 0; i < 16; i++) await enable(phone, app, `node ${i}`)
  const more = await ask(phone, `<enable xmlns='${PUSH}' jid='${app.jid}' node='one too many'/>`)
  assert.equal(errorOf(more), 'wait/resource-constraint')
  await enable(phone, app, 'node 3')
  const features = await phone.request(
    `<iq type='get' id='push-disco' to='${bareOf(phone.jid)}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  )
  const names = features.getChild('query')?.getChildren('feature') ?? []
  assert.ok(names.some(({ attrs }) => attrs.var === PUSH))
})
