/** MSG-07, MSG-17: each of a user's clients has the whole conversation, wherever it takes place. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, newcomer, receivedAfter, say, saying, settle, together } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'

const scenario = await bothModes()
const CARBONS = 'urn:xmpp:carbons:2'
const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>"
const isMessage = (it: Element): boolean => it.name === 'message'

let requests = 0

async function ask(client: RawClient, what: string, { type = 'set', to = '' } = {}): Promise<Element> {
  const id = `carbons-${requests++}`
  const address = to === '' ? '' : ` to='${to}'`
  return client.request(`<iq type='${type}' id='${id}'${address}><${what} xmlns='${CARBONS}'/></iq>`)
}

/** The message inside a copy. */
function copied(direction: 'sent' | 'received', it: Element): Element | undefined {
  return it
    .getChild(direction, CARBONS)
    ?.getChild('forwarded', 'urn:xmpp:forward:0')
    ?.getChild('message', 'jabber:client')
}

const copyOf = (direction: 'sent' | 'received', body: string) => (it: Element) =>
  isMessage(it) && copied(direction, it)?.getChildText('body') === body

/** Bob at his desk, which wants no copies, and with a phone and a tablet that do; the tablet takes no messages to the account. */
async function atWork(site: Site) {
  const person = await site.person('bob')
  const people = together({
    alice: await newcomer(site, 'alice', { edge: 0 }),
    desk: await enter(site, person, { edge: 0, resource: 'desk', priority: 5 }),
    phone: await enter(site, person, { edge: 1, resource: 'phone', transport: 'wss', sm: true }),
    tablet: await enter(site, person, { edge: 1, resource: 'tablet', priority: -1 }),
  })
  for (const client of [people.phone, people.tablet]) {
    const result = await ask(client, 'enable')
    assert.deepEqual([result.attrs.type, result.children.length], ['result', 0])
  }
  return people
}

scenario('what one client gets, to its address or to the account, the others get copies of', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone, tablet } = people
  const account = bareOf(desk.jid)
  for (const [to, body] of [
    [desk.jid, 'to the desk'],
    [account, 'to the account'],
  ] as const) {
    say(alice, to, body)
    const original = await desk.expect(saying(body))
    for (const other of [phone, tablet]) {
      const copy = await other.expect(copyOf('received', body))
      assert.deepEqual([copy.attrs.from, copy.attrs.to, copy.attrs.type], [account, other.jid, 'chat'])
      const inner = copied('received', copy)!
      assert.deepEqual([inner.attrs.from, inner.attrs.to, inner.attrs.type], [alice.jid, to, 'chat'])
      // The id by which the archive knows it (XEP-0359).
      const [theirs, ours] = [inner, original].map((it) => it.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs)
      assert.deepEqual([theirs?.by, theirs?.id], [account, ours?.id])
    }
  }
  say(alice, phone.jid, 'to the phone')
  await phone.expect(saying('to the phone'))
  await tablet.expect(copyOf('received', 'to the phone'))
  assert.deepEqual(phone.takeAll(isMessage).map(String), [])
  assert.deepEqual((await receivedAfter(alice, desk, isMessage)).map(String), [])
})

scenario('what one client sends the others get copies of, and one that disables them no more', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone, tablet } = people
  const account = bareOf(desk.jid)
  say(desk, alice.jid, 'from the desk')
  await alice.expect(saying('from the desk'))
  for (const other of [phone, tablet]) {
    const copy = await other.expect(copyOf('sent', 'from the desk'))
    assert.deepEqual([copy.attrs.from, copy.attrs.to, copy.attrs.type], [account, other.jid, 'chat'])
    const inner = copied('sent', copy)!
    assert.deepEqual([inner.attrs.from, inner.attrs.to], [desk.jid, alice.jid])
    assert.equal(inner.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by, account)
  }
  assert.equal((await ask(tablet, 'disable')).attrs.type, 'result')
  assert.equal((await ask(tablet, 'disable')).attrs.type, 'result')
  assert.equal((await ask(phone, 'enable')).attrs.type, 'result')
  phone.send(`<message to='${alice.jid}' type='chat'>${COMPOSING}</message>`)
  say(desk, alice.jid, 'again')
  await phone.expect(copyOf('sent', 'again'))
  assert.deepEqual(phone.takeAll(isMessage).map(String), [])
  assert.deepEqual((await receivedAfter(alice, tablet, isMessage)).map(String), [])
})

scenario('what is private, news, or said in a room stays where it is', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone } = people
  const hint = `<no-copy xmlns='urn:xmpp:hints'/>`
  for (const inside of [hint, `<private xmlns='${CARBONS}'/>`, `<private xmlns='${CARBONS}'/>${hint}`]) {
    say(alice, desk.jid, 'secret', { inside })
    // XEP-0280 §9: who gets it sees that it is.
    const secret = await desk.expect(saying('secret'))
    assert.equal(secret.children.length, inside.includes('/><') ? 4 : 3, String(secret))
    say(desk, alice.jid, 'secret, too', { inside })
  }
  say(alice, desk.jid, 'news', { type: 'headline' })
  say(desk, `room@nowhere.${site.domain}`, 'to all', { type: 'groupchat' })
  desk.send(`<message to='${alice.jid}'><subject>nothing said</subject></message>`)
  await settle(desk)
  assert.deepEqual((await receivedAfter(alice, phone, isMessage)).map(String), [])
})

scenario('chat states, receipts and markers are copied in order with what is said', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone } = people
  alice.send(`<message to='${desk.jid}' type='chat'>${COMPOSING}</message>`)
  say(alice, desk.jid, 'hello')
  await phone.expect(copyOf('received', 'hello'))
  const [state] = phone.takeAll(isMessage)
  assert.ok(copied('received', state!)?.getChild('composing', 'http://jabber.org/protocol/chatstates'))
  desk.send(`<message to='${alice.jid}'><received xmlns='urn:xmpp:receipts' id='1'/></message>`)
  desk.send(`<message to='${alice.jid}'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>`)
  say(desk, alice.jid, 'hello yourself')
  await phone.expect(copyOf('sent', 'hello yourself'))
  const copies = phone.takeAll(isMessage).map((it) => copied('sent', it)!)
  assert.deepEqual(
    copies.map((it) => it.getChildElements()[0]?.name),
    ['received', 'displayed'],
  )
})

scenario('what a client says to the own account each of the others gets once', async (site) => {
  using people = await atWork(site)
  const { desk, phone, tablet } = people
  say(desk, phone.jid, 'note')
  await phone.expect(saying('note'))
  await tablet.expect(copyOf('received', 'note'))
  say(phone, bareOf(desk.jid), 'list')
  await desk.expect(saying('list'))
  await tablet.expect(copyOf('received', 'list'))
  await settle(phone)
  for (const client of [desk, phone, tablet]) assert.deepEqual(client.takeAll(isMessage).map(String), [])
  const bodies = bodiesOf(await readArchive(desk))
  assert.deepEqual(bodies, ['note', 'list'])
})

scenario('copies are in no archive, do not wait offline, and an error that answers one goes nowhere', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone, tablet } = people
  say(alice, desk.jid, 'once')
  const copy = await phone.expect(copyOf('received', 'once'))
  tablet.send('<presence type="unavailable"/>')
  phone.send(
    `<message to='${copy.attrs.from}' type='error'><error type='cancel'>` +
      `<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
  )
  await settle(phone)
  assert.deepEqual((await receivedAfter(phone, alice, isMessage)).map(String), [])
  assert.deepEqual(bodiesOf(await readArchive(desk)), ['once'])
  assert.deepEqual(bodiesOf(await readArchive(alice)), ['once'])
})

scenario('a message that cannot be delivered comes back to every client that knows of it', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone } = people
  desk.send(`<message to='nobody@${site.domain}' type='chat' id='lost'><body>hello?</body></message>`)
  assert.equal(errorOf(await desk.expect((it) => it.attrs.id === 'lost')), 'cancel/service-unavailable')
  await phone.expect(copyOf('sent', 'hello?'))
  const copy = await phone.expect((it) => isMessage(it) && copied('received', it)?.attrs.id === 'lost')
  assert.equal(copy.attrs.type, 'error')
  assert.equal(errorOf(copied('received', copy)!), 'cancel/service-unavailable')
  alice.send(`<message to='${desk.jid}' type='error' id='unasked'><body>x</body></message>`)
  await desk.expect((it) => it.attrs.id === 'unasked')
  assert.deepEqual((await receivedAfter(alice, phone, isMessage)).map(String), [])
})

scenario('only a client of the account decides for itself, and nobody can pretend', async (site) => {
  using people = await atWork(site)
  const { alice, desk, phone, tablet } = people
  const account = bareOf(desk.jid)
  assert.equal(errorOf(await ask(alice, 'enable', { to: account })), 'cancel/service-unavailable')
  assert.equal(errorOf(await ask(phone, 'enable', { to: site.domain })), 'cancel/service-unavailable')
  assert.equal(errorOf(await ask(phone, 'enable', { type: 'get' })), 'cancel/feature-not-implemented')
  assert.equal(errorOf(await ask(phone, 'nonsense')), 'cancel/feature-not-implemented')
  const forged =
    `<received xmlns='${CARBONS}'><forwarded xmlns='urn:xmpp:forward:0'>` +
    `<message xmlns='jabber:client' from='${account}' to='${phone.jid}'><body>forged</body></message></forwarded></received>`
  alice.send(`<message to='${phone.jid}' type='chat'>${forged}</message>`)
  const message = await phone.expect(copyOf('received', 'forged'))
  assert.equal(message.attrs.from, alice.jid)
  await tablet.expect((it) => copied('received', it)?.getChild('received', CARBONS) !== undefined)
})

scenario('the feature, with all of its rules, is announced', async (site) => {
  using people = together({ bob: await newcomer(site, 'bob') })
  for (const to of [site.domain, bareOf(people.bob.jid)]) {
    const info = `<iq type='get' id='info-${requests++}' to='${to}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
    const features = String(await people.bob.request(info))
    assert.ok(features.includes(CARBONS) && features.includes('urn:xmpp:carbons:rules:0'), features)
  }
})
