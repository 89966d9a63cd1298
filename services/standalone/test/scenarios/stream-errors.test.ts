/** CORE-01, CORE-02: what breaks a stream, and the error it gets, over real sockets. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { announce, isPresence, newcomer } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'
import { streamText } from '../support/stream-text.ts'

const scenario = await bothModes()
const NAMESPACES = `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`
const OPEN = `<?xml version='1.0'?><stream:stream to='localhost' version='1.0' ${NAMESPACES}>`

const BEFORE_LOGIN: readonly (readonly [string | Uint8Array, string])[] = [
  [`<stream:stream to='elsewhere.example' version='1.0' ${NAMESPACES}>`, 'host-unknown'],
  [`<stream:stream to='localhost' version='0.9' ${NAMESPACES}>`, 'unsupported-version'],
  [`<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='urn:x'>`, 'invalid-namespace'],
  [`<stream:stream to='localhost' version='1.0' xmlns='jabber:client'>`, 'bad-namespace-prefix'],
  [`<?xml version='1.0' encoding='ISO-8859-1'?>`, 'unsupported-encoding'],
  ['GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
  [`<!DOCTYPE lolz [<!ENTITY lol 'lol'>]>${OPEN}`, 'restricted-xml'],
  [`${OPEN}<message><body>&lol;</body></message>`, 'restricted-xml'],
  [`${OPEN}<?php echo 1 ?>`, 'restricted-xml'],
  [`${OPEN}<!-- hello -->`, 'restricted-xml'],
  [`${OPEN}<message><body></message></body>`, 'not-well-formed'],
  [`${OPEN}<message a='1' a='2'/>`, 'not-well-formed'],
  [`${OPEN}<message a=1/>`, 'not-well-formed'],
  [`${OPEN}<message>\u0000</message>`, 'not-well-formed'],
  [
    Buffer.concat([Buffer.from(`${OPEN}<message>`), Buffer.from([0xc3, 0x28]), Buffer.from('</message>')]),
    'not-well-formed',
  ],
  [`${OPEN}<no:message/>`, 'bad-namespace-prefix'],
  [`${OPEN}${'<a>'.repeat(100)}`, 'policy-violation'],
  [`${OPEN}<message><body>${'x'.repeat(11_000)}</body></message>`, 'policy-violation'],
  [`${OPEN}<message to='someone@localhost'/>`, 'not-authorized'],
]

scenario('each broken stream is told why, and closed', async (site) => {
  for (const [text, condition] of BEFORE_LOGIN) {
    const heard = await streamText(site, text)
    assert.match(heard, new RegExp(`<stream:error>.*<${condition}.*</stream:error></stream:stream>$`), String(text))
    assert.equal(heard.match(/<stream:stream/g)?.length, 1)
  }
})

scenario('the same, a byte at a time', async (site) => {
  for (const [text, condition] of BEFORE_LOGIN.filter(([given]) => given.length < 300)) {
    const heard = await streamText(site, text, 1)
    assert.match(heard, new RegExp(`<${condition}[ /]`), String(text))
  }
})

scenario('an orderly close is answered by one', async (site) => {
  assert.match(await streamText(site, `${OPEN}</stream:stream>`), /<\/stream:features>.*<\/stream:stream>$/s)
})

scenario('who breaks a stream after login is gone for his friends', async (site) => {
  const alice = await newcomer(site, 'alice')
  const bob = await newcomer(site, 'bob', { edge: 1 })
  await befriend(alice, bob)
  for (const broken of ['<message><body></message></body>', '<!-- -->', `<message a='1' a='2'/>`]) {
    await using client = await newcomer(site, 'mallory', { edge: 0 })
    await befriend(client, bob)
    client.send(broken)
    assert.ok(await client.expect('error'))
    await client.ended
    await bob.expect((it) => isPresence(it, client.jid, 'unavailable'))
  }
  await announce(alice, 1) // others notice nothing
  await bob.expect((it) => isPresence(it, alice.jid) && it.getChildText('priority') === '1')
  alice.cut()
  bob.cut()
})

scenario('a wrong stanza, well-formed, costs the sender an error and no more', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const wrong = [
    [`<iq type='get' id='1'/>`, 'modify/bad-request'],
    [`<iq type='what' id='2'><ping xmlns='urn:xmpp:ping'/></iq>`, 'modify/bad-request'],
    [`<iq type='set' id='3'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>`, 'modify/bad-request'],
    [`<message id='4' to='a@b@c/'/>`, 'modify/jid-malformed'],
  ] as const
  for (const [xml, expected] of wrong) {
    alice.send(xml)
    const answer = await alice.expect(({ attrs }) => attrs.type === 'error')
    const error = answer.getChild('error')
    assert.equal(`${error?.attrs.type}/${String(error?.children[0]).replace(/^<([\w-]+).*/, '$1')}`, expected, xml)
  }
})
