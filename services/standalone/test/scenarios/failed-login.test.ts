/** AUTH-19, AUTH-20: what a wrong password, a wrong name and a wrong dialogue meet. */
import assert from 'node:assert/strict'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const scenario = await bothModes()
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

async function opened(site: Site): Promise<RawClient> {
  const client = await RawClient.connect(site.at(0, 'tls'))
  await client.open()
  return client
}

const conditionOf = (failure: Element): string => (failure.children[0] as Element).name

async function attempt(client: RawClient, mechanism: string, content: string): Promise<Element> {
  client.send(`<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${content}</auth>`)
  return client.expect((it) => it.getNS() === NS_SASL)
}

scenario('a wrong password and an unknown name are answered alike', async (site) => {
  const { user, password } = await site.person('tybalt')
  const people = [
    { user, password: `${password}!` },
    { user: `no-${user}`, password },
  ]
  for (const mechanism of ['SCRAM-SHA-256', 'PLAIN']) {
    const answers: string[] = []
    for (const person of people) {
      await using client = await opened(site)
      const error = await client.authenticate({ ...person, mechanism }).catch((thrown: Error) => thrown)
      answers.push(String(error))
    }
    assert.match(answers[0] ?? '', /not-authorized/)
    assert.equal(answers[0], answers[1], mechanism)
  }
})

scenario('an unknown name has a salt that stays the same, and as many iterations as others', async (site) => {
  const { user } = await site.person('tybalt')
  const challenge = async (name: string): Promise<string[]> => {
    await using client = await opened(site)
    const answer = await attempt(client, 'SCRAM-SHA-1', base64(`n,,n=${name},r=abc`))
    return Buffer.from(answer.getText(), 'base64').toString().split(',').slice(1)
  }
  const [known, unknown, again] = [await challenge(user), await challenge(`no-${user}`), await challenge(`no-${user}`)]
  assert.deepEqual(unknown, again)
  assert.equal(unknown[1], known[1])
  assert.equal(unknown[0]?.length, known[0]?.length)
})

scenario('each wrong dialogue has its condition, and the right one may follow', async (site) => {
  const { user, password } = await site.person('tybalt')
  const wrong = [
    ['SCRAM-MD5', '', 'invalid-mechanism'],
    ['PLAIN', '!!!', 'incorrect-encoding'],
    ['SCRAM-SHA-1', base64('nonsense'), 'malformed-request'],
    ['PLAIN', base64(`mercutio@${site.domain}\0${user}\0${password}`), 'invalid-authzid'],
  ] as const
  await using client = await opened(site)
  for (const [mechanism, content, condition] of wrong)
    assert.equal(conditionOf(await attempt(client, mechanism, content)), condition)
  await client.authenticate({ user, password })
})

scenario('a dialogue can be aborted; a stanza before it ends is refused', async (site) => {
  const { user } = await site.person('tybalt')
  await using client = await opened(site)
  assert.equal((await attempt(client, 'SCRAM-SHA-1', base64(`n,,n=${user},r=abc`))).name, 'challenge')
  client.send(`<abort xmlns='${NS_SASL}'/>`)
  assert.equal(conditionOf(await client.expect('failure')), 'aborted')
  client.send(`<message to='${user}@${site.domain}'><body>let me in</body></message>`)
  const error = await client.expect('error')
  assert.ok(error.getChild('not-authorized'), String(error))
  await client.ended
})

scenario('after five failures the stream is closed', async (site) => {
  const { user } = await site.person('tybalt')
  await using client = await opened(site)
  for (let failures = 0; failures < 5; failures++)
    assert.equal(conditionOf(await attempt(client, 'PLAIN', base64(`\0${user}\0wrong`))), 'not-authorized')
  assert.ok((await client.expect('error')).getChild('policy-violation'))
  await client.ended
})
