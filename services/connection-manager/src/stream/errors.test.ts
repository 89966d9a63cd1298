import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const HEADER = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
const OPEN = `<stream:stream to='capulet.example' version='1.0' ${HEADER}>`

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture({ registration: 'never' })
})
after(() => fixture[Symbol.asyncDispose]())

/** What a client says first → the stream error it gets. */
const beforeAuthentication: [string, string][] = [
  [`<stream:stream to='nowhere.example' version='1.0' ${HEADER}>`, 'host-unknown'],
  [`<stream:stream version='1.0' ${HEADER}>`, 'improper-addressing'],
  [`<stream:stream to='@' version='1.0' ${HEADER}>`, 'improper-addressing'],
  [`<stream:stream to='juliet@capulet.example' version='1.0' ${HEADER}>`, 'improper-addressing'],
  [`<stream:stream to='capulet.example' ${HEADER}>`, 'unsupported-version'],
  [`<stream:stream to='capulet.example' version='0.9' ${HEADER}>`, 'unsupported-version'],
  [`<stream:stream to='capulet.example' version='one' ${HEADER}>`, 'unsupported-version'],
  [
    "<stream:stream to='capulet.example' version='1.0' xmlns='jabber:client' xmlns:stream='urn:x'>",
    'invalid-namespace',
  ],
  [OPEN.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
  [OPEN.replace(/stream:stream/g, 'stream:flow'), 'invalid-namespace'],
  [OPEN.replace("xmlns:stream='http://etherx.jabber.org/streams'", ''), 'bad-namespace-prefix'],
  ['hello', 'not-well-formed'],
  ["<?xml version='1.0' encoding='latin1'?>", 'unsupported-encoding'],
  ['<!DOCTYPE x>', 'restricted-xml'],
  [`${OPEN}<!-- -->`, 'restricted-xml'],
  [`${OPEN}<?php?>`, 'restricted-xml'],
  [`${OPEN}text`, 'bad-format'],
  [`${OPEN}<a></b>`, 'not-well-formed'],
  [`${OPEN}<a>&nbsp;</a>`, 'restricted-xml'],
  [`${OPEN}<x:a/>`, 'bad-namespace-prefix'],
  [`${OPEN}<message to='romeo@montague.example'/>`, 'not-authorized'],
  [`${OPEN}<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>`, 'not-authorized'],
  [`${OPEN}<letter/>`, 'unsupported-stanza-type'],
  [`${OPEN}<a xmlns='b'/>`, 'unsupported-stanza-type'],
  [`${OPEN}<a xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`, 'unsupported-stanza-type'],
  [`${OPEN}<a xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`, 'unsupported-stanza-type'],
  [`${OPEN}<a>${'x'.repeat(10_300)}</a>`, 'policy-violation'],
  [`${OPEN}<a>${'x'.repeat(10_300)}`, 'policy-violation'],
  [`${OPEN}${'<a>'.repeat(70)}`, 'policy-violation'],
]

for (const [xml, condition] of beforeAuthentication) {
  test(`${condition}: ${xml.replace(OPEN, '…').slice(0, 70)}`, () => {
    const client = new FakeClient(fixture)
    const answer = client.say(xml)
    // RFC 6120 §4.9.1.2: a header comes before the error.
    assert.match(answer, /^<\?xml version='1.0'\?><stream:stream /)
    assert.match(answer, new RegExp(`<stream:error><${condition} .*</stream:error></stream:stream>$`))
    assert.equal(answer.match(/<stream:stream/g)?.length, 1)
    assert.equal(client.say(`</${/<(stream:flow)/.exec(xml)?.[1] ?? 'stream:stream'}>`), '')
    assert.equal(client.ended, true)
  })
}

test('after an error the server waits for the client to close its stream as well, then for the transport, and not for ever', () => {
  const client = new FakeClient(fixture)
  client.open()
  assert.match(client.say('<letter/>'), /<unsupported-stanza-type .*<\/stream:stream>$/)
  assert.equal(client.say('<letter/>'), '', 'nothing is sent any more')
  assert.equal(client.ended, false)
  fixture.advance(2_000)
  assert.equal(client.ended, false)
  fixture.advance(2_000)
  assert.equal(client.ended, true)
  assert.equal(client.destroyed, false)
  fixture.advance(4_000)
  assert.equal(client.destroyed, true)
})

test('what can be closed no more is not waited for: a stream that is not readable, one that was never opened', () => {
  for (const said of [`${OPEN}<a></b>`, 'hello', "<?xml version='1.0' encoding='latin1'?>"]) {
    const client = new FakeClient(fixture)
    client.say(said)
    assert.equal(client.ended, true, said)
  }
})

const afterAuthentication: [string, string][] = [
  [OPEN.replace('capulet', 'montague'), 'not-authorized'],
  [`${OPEN}<message to='romeo@montague.example'/>`, 'not-authorized'],
  [`${OPEN}<iq type='get' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`, 'not-authorized'],
  [`${OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`, 'unsupported-stanza-type'],
  [`<message/>`, 'invalid-namespace'],
]

for (const [xml, condition] of afterAuthentication) {
  test(`authenticated, ${condition}: ${xml.replace(OPEN, '…').slice(0, 70)}`, async () => {
    const client = new FakeClient(fixture)
    await client.authenticate()
    assert.match(client.say(xml), new RegExp(`<stream:error><${condition} .*</stream:stream>$`))
  })
}

test('the larger limit holds after authentication', async () => {
  const client = await new FakeClient(fixture).bind()
  client.hear()
  assert.equal(client.say(`<message><body>${'x'.repeat(200_000)}</body></message>`), '')
  assert.match(client.say(`<message><body>${'x'.repeat(263_000)}</body></message>`), /<policy-violation /)
})

const onWebSocket: [string, string][] = [
  ["<message xmlns='jabber:client'/>", 'bad-format'],
  ["<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='nowhere' version='1.0'/>", 'host-unknown'],
  ["<shut xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", 'bad-format'],
  ['<a/><b/>', 'not-well-formed'],
]

for (const [xml, condition] of onWebSocket) {
  test(`WebSocket, ${condition}: ${xml.slice(0, 70)}`, () => {
    const client = new FakeClient(fixture, 'websocket')
    const answer = client.say(xml)
    assert.match(answer, /^<open /)
    assert.match(answer, new RegExp(`<stream:error xmlns:stream='[^']+'><${condition} .*<close xmlns='[^']+'/>$`))
  })
}

test('the client closes, the server closes', () => {
  const client = new FakeClient(fixture)
  client.open()
  assert.equal(client.say('</stream:stream>'), '</stream:stream>')
  assert.equal(client.ended, true)
  const web = new FakeClient(fixture, 'websocket')
  web.open()
  const close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"
  assert.equal(web.say(close), close)
})
