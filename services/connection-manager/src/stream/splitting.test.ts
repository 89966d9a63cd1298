import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Op } from '@heliograph/bus'
import fc from 'fast-check'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const SM = "xmlns='urn:xmpp:sm:3'"
const CONVERSATION = Buffer.from(
  [
    `<enable ${SM} resume='true'/>`,
    '<presence><status>ça va – 😀</status></presence>\n',
    "<message to='Romeo@montague.example' id='1' type='chat'><body>&lt;hé&gt; <![CDATA[<x/>]]></body></message>",
    `<r ${SM}/>`,
    "<iq type='get' id='2' to='bad@@jid'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<message xmlns='jabber:client' xmlns:a='urn:a' a:b='c' to='x@y'><a:d>\u{10ffff}</a:d></message>",
    `<r ${SM}/>`,
    '</stream:stream>',
  ].join(''),
)

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

/** Says the conversation in pieces; what the owner got and what the client got. */
async function converse(cuts: readonly number[]): Promise<unknown> {
  const client = await new FakeClient(fixture).bind()
  client.hear()
  fixture.owner.heard.length = 0
  let heard = ''
  let from = 0
  for (const to of [...new Set(cuts), CONVERSATION.length].sort((a, b) => a - b)) {
    client.connection.onData(CONVERSATION.subarray(from, to))
    heard += client.hear()
    from = to
  }
  const stanzas = fixture.owner.heardOps(Op.stanza).map(({ count, stanza }) => [count, stanza!.toString()])
  return { heard, stanzas, ops: fixture.owner.heard.map(({ op }) => op) }
}

test('however the bytes are cut, the same happens', async () => {
  const whole = await converse([])
  assert.match(JSON.stringify(whole), /<\/stream:stream>/)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(CONVERSATION.length), { maxLength: 12 }), async (cuts) => {
      assert.deepEqual(await converse(cuts), whole)
    }),
    { numRuns: 60 },
  )
})

test('byte by byte, the same happens', async () => {
  assert.deepEqual(await converse(Array.from(CONVERSATION.keys())), await converse([]))
})

test('whatever comes, nothing breaks', async () => {
  const scraps = [
    '<',
    '>',
    '/',
    "'",
    '<a>',
    '</a>',
    '<iq',
    ' type=',
    '<![CDATA[',
    ']]>',
    '&amp;',
    'é',
    '\0',
    '<!--',
    '<?',
  ]
  const pieces = fc.array(fc.oneof(fc.constantFrom(...scraps), fc.string()), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const client = await new FakeClient(fixture).bind()
      for (const piece of given) client.say(piece)
      assert.ok(['bound', 'closing'].includes(client.connection.phase.name))
      client.destroy()
    }),
    { numRuns: 100 },
  )
})
