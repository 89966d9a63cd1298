import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Op } from '@heliograph/bus'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const FULL = 'juliet@capulet.example/balcony'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

async function bound(): Promise<FakeClient> {
  const client = await new FakeClient(fixture).bind()
  fixture.owner.heard.length = 0
  return client
}

/** What the owner gets for what the client says. */
async function sent(xml: string): Promise<string[]> {
  const client = await bound()
  client.say(xml)
  return fixture.owner.heardOps(Op.stanza).map(({ stanza }) => stanza!.toString())
}

const stanzas: [string, string, RegExp][] = [
  [
    'from is stamped',
    "<message to='romeo@montague.example'><body>hi</body></message>",
    /^<message to='romeo@montague.example' from='juliet@capulet.example\/balcony'><body>hi<\/body><\/message>$/,
  ],
  ['a bare from becomes full', "<presence from='juliet@capulet.example'/>", /^<presence from='[^']+\/balcony'\/>$/],
  ['to is normalised', "<message to='ROMEO@Montague.Example/Orchard'/>", /to='romeo@montague.example\/Orchard'/],
  ['a stanza without to keeps none', '<presence/>', /^<presence from='[^']+'\/>$/],
  [
    'an invalid to comes back',
    "<message id='1' to='@montague.example'><body>hi</body></message>",
    /^<message to='juliet@capulet.example\/balcony' from='juliet@capulet.example' id='1' type='error'>.*<jid-malformed /,
  ],
  ['an IQ without id comes back', "<iq type='get'><a xmlns='b'/></iq>", /type='error'>.*<bad-request /],
  ['an IQ of no type comes back', "<iq type='subscribe' id='1'/>", /id='1' type='error'>.*<bad-request /],
  ['an IQ with two children comes back', "<iq type='set' id='1'><a xmlns='b'/><a xmlns='b'/></iq>", /<bad-request /],
  ['an IQ without a child comes back', "<iq type='get' id='1'/>", /<bad-request /],
  ['presence of no type comes back', "<presence type='here'/>", /^<presence .*type='error'>.*<bad-request /],
  [
    'a wrong error is answered by nobody',
    "<iq type='error' to='@x'/>",
    /^<iq to='capulet.example' .*type='result'\/>$/,
  ],
  [
    'a session is granted',
    "<iq type='set' id='1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>",
    /^<iq to='juliet@capulet.example\/balcony' from='juliet@capulet.example' id='1' type='result'\/>$/,
  ],
  [
    'a second resource is not allowed',
    "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    /type='error'>.*<not-allowed /,
  ],
]

for (const [name, xml, expected] of stanzas) {
  test(`a client's stanza: ${name}`, async () => {
    const got = await sent(xml)
    assert.equal(got.length, 1)
    assert.match(got[0]!, expected)
  })
}

const fatal: [string, string, string][] = [
  ['from of somebody else', "<message from='romeo@montague.example'/>", 'invalid-from'],
  ['from of another resource', "<message from='juliet@capulet.example/chamber'/>", 'invalid-from'],
  ['from that is no address', "<message from='@'/>", 'invalid-from'],
  ['an unknown element', '<letter/>', 'unsupported-stanza-type'],
  ['an element of an unknown namespace', "<a xmlns='b'/>", 'unsupported-stanza-type'],
  ['a stanza in another content namespace', "<message xmlns='jabber:server'/>", 'unsupported-stanza-type'],
]

for (const [name, xml, condition] of fatal) {
  test(`a client's stanza: ${name} ends the stream`, async () => {
    const client = await bound()
    const answer = client.say(xml)
    assert.match(answer, new RegExp(`<stream:error><${condition} .*</stream:error></stream:stream>$`))
    assert.equal(fixture.owner.heardOps(Op.stanza).length, 0)
    assert.equal(fixture.owner.heardOps(Op.closed).length, 1)
  })
}

test('a stanza has the language of its stream, unless it has its own', async () => {
  const client = await bound()
  client.connection.lang = 'it'
  client.say("<message xml:lang='en'/><message/>")
  const langs = fixture.owner.heardOps(Op.stanza).map(({ stanza }) => stanza!.lang)
  assert.deepEqual(langs, ['en', 'it'])
})

test('stanzas carry their ingress id', async () => {
  const client = await bound()
  client.say('<presence/><presence/><presence/>')
  const envelopes = fixture.owner.heardOps(Op.stanza)
  assert.deepEqual(
    envelopes.map(({ conn, stream, count, key }) => [conn, stream, count, key]),
    [1, 2, 3].map((count) => [
      client.connection.number,
      `stream-${client.connection.number}`,
      count,
      'juliet@capulet.example',
    ]),
  )
  assert.equal(client.connection.session?.jid, FULL)
})
