import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureBare, ensureDomain } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'
import { Gateway } from './gateway.ts'
import { MemoryRegistrations } from './memory-registrations.ts'
import type { Network } from './network.ts'

const juliet = ensureBare('juliet@capulet.example')
const balcony = `${juliet}/balcony`

/** A network of pigeons, which know the nurse, and nobody without a loft. */
class Pigeons implements Network {
  readonly sent: string[] = []
  readonly loggedIn = new Set<BareJid>()
  readonly verify: Network['verify'] = async ({ username }) => username !== 'nobody'
  readonly logIn: Network['logIn'] = async (user) => {
    this.loggedIn.add(user)
    return [{ address: 'the nurse', isAvailable: true }]
  }
  readonly logOut: Network['logOut'] = async (user) => void this.loggedIn.delete(user)
  readonly send: Network['send'] = async (_user, to, body) => {
    if (to !== 'the nurse') return false
    this.sent.push(body)
    return true
  }
}

function loft() {
  const network = new Pigeons()
  const said: string[] = []
  const gateway = new Gateway({
    domain: ensureDomain('pigeons.example'),
    identity: { type: 'pigeon', name: 'Pigeons' },
    instructions: 'Who are you to the pigeons?',
    fields: [
      { name: 'username', label: 'Name' },
      { name: 'password', label: 'Whistle', isPrivate: true },
    ],
    network,
    registrations: new MemoryRegistrations(),
    send: (stanza) => said.push(String(stanza)),
    failed: (error) => assert.fail(String(error)),
  })
  const receive = async (xml: string) => {
    said.length = 0
    await gateway.receive(Stanza.parse(Buffer.from(xml), scopeOf(NS.client))!)
    return [...said]
  }
  return { gateway, network, receive }
}

const registration = (inside: string, type = 'set') =>
  `<iq type='${type}' id='r' from='${balcony}' to='pigeons.example'><query xmlns='${NS.register}'>${inside}</query></iq>`
const LOFT = '<username>jule</username><password>coo</password>'
const presence = (type = '', to = 'pigeons.example', from = balcony) =>
  `<presence from='${from}' to='${to}'${type && ` type='${type}'`}/>`

test('who registers is subscribed to, and sees what was said, but never what is private', async () => {
  const { receive } = loft()
  assert.match((await receive(registration('', 'get')))[0]!, /<username\/><password\/>/)
  assert.match((await receive(registration('<username>jule</username>')))[0]!, /not-acceptable/)
  assert.match((await receive(registration(LOFT.replace('jule', 'nobody'))))[0]!, /not-acceptable/)
  const [result, subscribe] = await receive(registration(LOFT))
  assert.match(subscribe!, /^<presence to='juliet@capulet.example' from='pigeons.example' type='subscribe'/)
  assert.match(result!, /type='result'/)
  const [known] = await receive(registration('', 'get'))
  assert.match(known!, /<registered\/>/)
  assert.match(known!, /<username>jule<\/username>/)
  assert.doesNotMatch(known!, /coo/)
})

test('one is logged in with the first resource and out with the last; contacts are shown meanwhile', async () => {
  const { gateway, network, receive } = loft()
  await receive(presence())
  assert.equal(network.loggedIn.size, 0, 'not before registration')
  await receive(registration(LOFT))
  assert.match((await receive(presence('subscribe', 'pigeons.example', juliet)))[0]!, /type='subscribed'/)
  const shown = await receive(presence())
  assert.deepEqual([network.loggedIn.has(juliet), shown.length], [true, 3])
  assert.match(shown[1]!, /from='the\\20nurse@pigeons.example' type='subscribe'/)
  await receive(presence('', 'pigeons.example', `${juliet}/garden`))
  await receive(presence('unavailable'))
  assert.equal(network.loggedIn.has(juliet), true)
  gateway.announce(juliet, { address: 'the nurse', isAvailable: false })
  assert.match((await receive(presence('probe', 'the\\20nurse@pigeons.example')))[0]!, /type='unavailable'/)
  await receive(presence('unavailable', 'pigeons.example', `${juliet}/garden`))
  assert.equal(network.loggedIn.has(juliet), false)
})

test('messages go to the network, and come back when they can’t; so do those of strangers', async () => {
  const { network, receive } = loft()
  const say = (to: string) =>
    receive(`<message from='${balcony}' to='${to}@pigeons.example' type='chat'><body>coo</body></message>`)
  assert.match((await say('the\\20nurse'))[0]!, /registration-required/)
  await receive(registration(LOFT))
  assert.deepEqual(await say('the\\20nurse'), [])
  assert.deepEqual(network.sent, ['coo'])
  assert.match((await say('nobody'))[0]!, /item-not-found/)
})

test('who unregisters is logged out and unsubscribed, from contacts too', async () => {
  const { network, receive } = loft()
  assert.match((await receive(registration('<remove/>')))[0]!, /registration-required/)
  await receive(registration(LOFT))
  await receive(presence())
  const said = await receive(registration('<remove/>'))
  assert.equal(network.loggedIn.size, 0)
  assert.equal(said.filter((it) => it.includes(`type='unsubscribed'`)).length, 2)
  assert.match(said[0]!, /type='result'/)
  assert.doesNotMatch((await receive(registration('', 'get')))[0]!, /<registered\/>/)
})
