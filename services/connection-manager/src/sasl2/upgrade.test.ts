import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { clientProof } from '@heliograph/sasl/contract'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  fixture.accounts.lacking.clear()
  fixture.accounts.away = false
})

const NS = "xmlns='urn:xmpp:sasl:2'"
const UPGRADE = "xmlns='urn:xmpp:sasl:upgrade:0'"
const SCRAM = "xmlns='urn:xmpp:scram-upgrade:0'"
const [TO_256, TO_512] = ['UPGR-SCRAM-SHA-256', 'UPGR-SCRAM-SHA-512']
const proof = Buffer.from('\0juliet\0r0m30myr0m30').toString('base64')
const wish = (...names: string[]) => names.map((name) => `<upgrade ${UPGRADE}>${name}</upgrade>`).join('')
const next = (name: string) => `<next ${NS} task='${name}'/>`
const hashXml = (content: string) => `<task-data ${NS}><hash ${SCRAM}>${content}</hash></task-data>`
const salted = (bytes: number) => pbkdf2Sync('r0m30myr0m30', 'salt', 4096, bytes, `sha${bytes * 8}`).toString('base64')

/** A client that has sent `<authenticate/>`, and what it got. */
async function begin(more: string): Promise<{ answer: string; ask: (xml: string) => Promise<string> }> {
  const client = new FakeClient(fixture)
  client.open()
  const ask = async (xml: string) => client.say(xml) + (await client.later())
  const initial = `<initial-response>${proof}</initial-response>`
  return { answer: await ask(`<authenticate ${NS} mechanism='PLAIN'>${initial}${more}</authenticate>`), ask }
}

test('the same upgrades are offered to everybody', () => {
  const offered = `</inline>${wish(TO_512, TO_256)}</authentication>`
  assert.ok(new FakeClient(fixture).open().includes(offered))
})

test('keys that are lacking are made one after the other, then comes success', async () => {
  fixture.accounts.lacking.add('SHA-256').add('SHA-512')
  const { answer, ask } = await begin(wish(TO_256, TO_512))
  assert.equal(answer, `<continue ${NS}><tasks><task>${TO_256}</task></tasks></continue>`)
  const salt = `<salt ${SCRAM} iterations='4096'>${Buffer.from('salt').toString('base64')}</salt>`
  assert.equal(await ask(next(TO_256)), `<task-data ${NS}>${salt}</task-data>`)
  assert.equal(
    await ask(hashXml(`\n  ${salted(32)}\n`)),
    `<continue ${NS}><tasks><task>${TO_512}</task></tasks></continue>`,
  )
  await ask(next(TO_512))
  assert.match(await ask(hashXml(salted(64))), /^<success .*<\/success><stream:features>/)
  assert.equal(fixture.accounts.lacking.size, 0)
})

test('what the mechanism says last comes with the first task, and only there', async () => {
  fixture.accounts.lacking.add('SHA-512')
  const client = new FakeClient(fixture)
  client.open()
  const ask = async (xml: string) => {
    let answer = client.say(xml)
    // Keys are derived outside this thread.
    for (const until = Date.now() + 20_000; answer === '' && Date.now() < until; ) answer = await client.later()
    return answer
  }
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const initial = `<initial-response>${encode('n,,n=juliet,r=abc')}</initial-response>`
  const challenge = await ask(`<authenticate ${NS} mechanism='SCRAM-SHA-1'>${initial}${wish(TO_512)}</authenticate>`)
  const first = Buffer.from(/>([^<]+)</.exec(challenge)?.[1] ?? '', 'base64').toString()
  const [, nonce = '', salt = ''] = /^r=([^,]+),s=([^,]+),/.exec(first) ?? []
  const final = `c=${encode('n,,')},r=${nonce}`
  const authMessage = `n=juliet,r=abc,${first},${final}`
  const parameters = { hash: 'SHA-1', salt: Buffer.from(salt, 'base64'), iterations: 4096, authMessage } as const
  const { proof: proven, serverSignature } = clientProof('r0m30myr0m30', parameters)
  const answer = await ask(`<response ${NS}>${encode(`${final},p=${proven.toString('base64')}`)}</response>`)
  const data = `<additional-data>${encode(`v=${serverSignature.toString('base64')}`)}</additional-data>`
  assert.equal(answer, `<continue ${NS}>${data}<tasks><task>${TO_512}</task></tasks></continue>`)
  await ask(next(TO_512))
  assert.match(await ask(hashXml(salted(64))), /^<success [^>]*><authorization-identifier>/)
})

test('nothing is to be done for who has the keys, asks for what there is not, or does not ask', async () => {
  for (const more of [wish(TO_512), wish('UPGR-SCRAM-SHA-1', 'UPGR-', 'SCRAM-SHA-512', ''), ''])
    assert.match((await begin(more)).answer, /^<success /)
  fixture.accounts.lacking.add('SHA-256')
  assert.match((await begin(wish(...Array<string>(50).fill('x'), TO_256))).answer, /^<success /)
})

const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['another task', [next(TO_256)], /<malformed-request /],
  ['no task', [`<next ${NS}/>`], /<malformed-request /],
  ['keys before the salt', [hashXml(salted(64))], /<malformed-request /],
  ['the beginning twice', [next(TO_512), next(TO_512)], /<malformed-request /],
  ['no keys', [next(TO_512), `<task-data ${NS}/>`], /<malformed-request /],
  ['empty keys', [next(TO_512), hashXml('')], /<malformed-request /],
  ['keys that are not base64', [next(TO_512), hashXml('!!')], /<malformed-request /],
  ['keys of another length', [next(TO_512), hashXml(salted(32))], /<malformed-request /],
  ['an abort', [next(TO_512), `<abort ${NS}/>`], /<aborted /],
  ['a response', [`<response ${NS}/>`], /<stream:error><policy-violation /],
  ['a stanza', [next(TO_512), "<message to='x@y'/>"], /<stream:error><policy-violation /],
  ['another authenticate', [`<authenticate ${NS} mechanism='PLAIN'/>`], /<stream:error><policy-violation /],
]
for (const [name, steps, expected] of WRONG)
  test(`${name} in the place of the task: nobody is authenticated, and no keys are taken`, async () => {
    fixture.accounts.lacking.add('SHA-512')
    const { ask } = await begin(wish(TO_512))
    let answer = ''
    for (const step of steps) answer = await ask(step)
    assert.match(answer, expected)
    assert.doesNotMatch(answer, /<success /)
    assert.ok(fixture.accounts.lacking.has('SHA-512'))
    if (answer.startsWith('<failure')) {
      const again = `<authenticate ${NS} mechanism='PLAIN'><initial-response>${proof}</initial-response></authenticate>`
      assert.match(await ask(again), /^<success /)
    }
  })

test('a task without an authentication is no task', async () => {
  const client = new FakeClient(fixture)
  client.open()
  assert.match(client.say(next(TO_512)), /<malformed-request /)
})

test('where keys can be neither looked for nor stored: the one keeps nobody out, the other is told', async () => {
  fixture.accounts.lacking.add('SHA-512')
  const { ask } = await begin(wish(TO_512))
  await ask(next(TO_512))
  fixture.accounts.away = true
  assert.match(await ask(hashXml(salted(64))), /<temporary-auth-failure /)
  fixture.accounts.away = false
  const start = fixture.accounts.upgradeStart
  fixture.accounts.upgradeStart = async () => {
    throw new Error('nobody there')
  }
  assert.match((await begin(wish(TO_512))).answer, /^<success /)
  fixture.accounts.upgradeStart = start
})

test('a client that takes too long over its task is shut out', async () => {
  fixture.accounts.lacking.add('SHA-512')
  const client = new FakeClient(fixture)
  client.open()
  const initial = `<initial-response>${proof}</initial-response>`
  client.say(`<authenticate ${NS} mechanism='PLAIN'>${initial}${wish(TO_512)}</authenticate>`)
  assert.match(await client.later(), /^<continue /)
  fixture.advance(3_600_000)
  assert.match(client.hear(), /<connection-timeout /)
})
