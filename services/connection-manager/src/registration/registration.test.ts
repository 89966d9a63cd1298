import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const form = (fields: string) => `<iq type='set' id='2'><query xmlns='jabber:iq:register'>${fields}</query></iq>`
const ROMEO = form('<username>Romeo</username><password>secret</password>')

let fixture: EdgeFixture
beforeEach(async () => {
  fixture = await edgeFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

function opened(address = '127.0.0.1'): FakeClient {
  const client = new FakeClient(fixture, 'tls', { secure: true, address })
  client.open()
  return client
}

test('a client on this machine can create an account, and use it', async () => {
  const client = opened()
  assert.match(
    client.say("<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>"),
    /^<iq [^>]*id='1' type='result'><query xmlns='jabber:iq:register'>.*<username\/><password\/><\/query><\/iq>$/,
  )
  client.say(ROMEO)
  assert.match(await client.later(), /^<iq from='capulet.example' id='2' type='result'\/>$/)
  assert.equal(fixture.accounts.passwords.get('romeo'), 'secret')
})

test('one elsewhere cannot', () => {
  assert.match(opened('192.0.2.1').say(ROMEO), /<not-authorized /)
})

const refused: [string, string, string][] = [
  ['a name that is taken', form('<username>juliet</username><password>x</password>'), 'conflict'],
  ['no password', form('<username>romeo</username><password/>'), 'not-acceptable'],
  ['no name', form('<password>x</password>'), 'not-acceptable'],
  ['a name that is none', form('<username>a@b</username><password>x</password>'), 'jid-malformed'],
]
for (const [name, xml, condition] of refused) {
  test(`registration is refused: ${name}`, async () => {
    const client = opened()
    const answer = client.say(xml) + (await client.later())
    assert.match(answer, new RegExp(`type='error'><error type='\\w+'><${condition} `))
    assert.doesNotMatch(answer, /password/)
  })
}

test('accounts that cannot be reached can be tried again', async () => {
  fixture.accounts.away = true
  const client = opened()
  client.say(ROMEO)
  assert.match(await client.later(), /<error type='wait'><resource-constraint /)
})

test('where a question is asked it is in a form, and goes with the account', async () => {
  await using asking = await edgeFixture({ registration: 'always', asksQuestions: true })
  asking.accounts.answer = 'nobody'
  const client = new FakeClient(asking, 'tls', { secure: true, address: '192.0.2.1' })
  client.open()
  client.say("<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>")
  const shown = await client.later()
  assert.match(shown, /<username\/><password\/><x xmlns='jabber:x:data' type='form'>/)
  assert.match(shown, /var='FORM_TYPE' type='hidden'><value>jabber:iq:register</)
  assert.match(shown, /var='challenge' type='hidden'><value>c1</)
  assert.match(shown, /var='qa' type='text-single' label='Who is &lt;there&gt;\?'><required\/>/)
  client.say(ROMEO)
  assert.match(await client.later(), /<not-acceptable .*that is not the answer/)
  const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
  const answered = (answer: string) =>
    `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', 'jabber:iq:register')}${field('challenge', 'c1')}${field('username', 'Romeo')}${field('password', 'secret')}${field('qa', answer)}</x>`
  client.say(form(answered('me')))
  assert.match(await client.later(), /<not-acceptable /)
  client.say(form(answered('nobody')))
  assert.match(await client.later(), /type='result'/)
  assert.equal(asking.accounts.passwords.get('romeo'), 'secret')
})
