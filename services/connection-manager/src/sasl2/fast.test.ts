import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const NONE = 'HT-SHA-256-NONE'
const AGENT = 'd4565fa7-4d72-4749-b3d3-740edbf87770'
const FAST = "xmlns='urn:xmpp:fast:0'"
const agentXml = `<user-agent id='${AGENT}'/>`
const wish = (mechanism = NONE) => `<request-token ${FAST} mechanism='${mechanism}'/>`

function authenticate(mechanism: string, proof: Buffer, more: string): string {
  const initial = `<initial-response>${proof.toString('base64')}</initial-response>`
  return `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='${mechanism}'>${initial}${more}</authenticate>`
}

const byPassword = (more: string) => authenticate('PLAIN', Buffer.from('\0juliet\0r0m30myr0m30'), more)

function byToken(token: string, more = agentXml, fast = `<fast ${FAST}/>`): string {
  const hash = createHmac('sha256', token).update('Initiator').digest()
  return authenticate(NONE, Buffer.concat([Buffer.from('juliet\0'), hash]), more + fast)
}

async function login(xml: string): Promise<string> {
  const client = new FakeClient(fixture)
  client.open()
  return client.say(xml) + (await client.later())
}

const tokenOf = (answer: string) => / token='([^']+)'\/>/.exec(answer)?.[1] ?? ''

test('the mechanisms are offered inline', () => {
  assert.match(
    new FakeClient(fixture).open(),
    /<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE<\/mechanism><\/fast><\/inline>/,
  )
})

test('a client that asks gets a token, and comes back with it', async () => {
  const answer = await login(byPassword(agentXml + wish()))
  assert.match(answer, /<token xmlns='urn:xmpp:fast:0' expiry='2026-01-01T00:00:00.000Z' token='[^']+'\/><\/success>/)
  const again = await login(byToken(tokenOf(answer)))
  const response = createHmac('sha256', tokenOf(answer)).update('Responder').digest('base64')
  assert.ok(again.startsWith(`<success xmlns='urn:xmpp:sasl:2'><additional-data>${response}</additional-data>`), again)
  assert.equal(tokenOf(again), '')
})

test('no token for who has no id, wants one for what is not offered, or did not authenticate', async () => {
  for (const more of [wish(), agentXml, agentXml + wish('HT-SHA-256-EXPR'), agentXml + wish('PLAIN')])
    assert.match(await login(byPassword(more)), /^<success (?!.*<token )/)
  const wrong = authenticate('PLAIN', Buffer.from('\0juliet\0wrong'), agentXml + wish())
  assert.match(await login(wrong), /^<failure (?!.*<token )/)
})

test('a token that is due is replaced, unless it is given up', async () => {
  const token = tokenOf(await login(byPassword(agentXml + wish())))
  fixture.accounts.due = true
  const next = tokenOf(await login(byToken(token)))
  assert.notEqual(next, '')
  const given = await login(byToken(next, agentXml, `<fast ${FAST} invalidate='true'/>`))
  fixture.accounts.due = false
  assert.match(given, /^<success (?!.*<token )/)
  assert.match(await login(byToken(next)), /<not-authorized /)
})

test('an unknown token, another client’s, or one used as something else is refused, and the password still works', async () => {
  const token = tokenOf(await login(byPassword(agentXml + wish())))
  for (const [xml, condition] of [
    [byToken('unknown'), /<not-authorized /],
    [byToken(token, agentXml.replace('d4', 'e4')), /<not-authorized /],
    [byToken(token, ''), /<invalid-mechanism /],
    [byToken(token, agentXml, ''), /<invalid-mechanism /],
    [authenticate('HT-SHA-256-UNIQ', Buffer.from('juliet\0'), `${agentXml}<fast ${FAST}/>`), /<invalid-mechanism /],
    [authenticate(NONE, Buffer.from('juliet'), `${agentXml}<fast ${FAST}/>`), /<malformed-request /],
  ] as const) {
    const client = new FakeClient(fixture)
    client.open()
    assert.match(client.say(xml) + (await client.later()), condition)
    client.say(byPassword(agentXml))
    assert.match(await client.later(), /^<success /)
  }
})

test('a token that cannot be had keeps nobody out', async () => {
  const issue = fixture.accounts.issueToken
  fixture.accounts.issueToken = async () => {
    throw new Error('nobody there')
  }
  const answer = await login(byPassword(agentXml + wish()))
  fixture.accounts.issueToken = issue
  assert.match(answer, /^<success (?!.*<token )/)
})
