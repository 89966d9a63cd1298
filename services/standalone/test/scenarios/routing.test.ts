/** MSG-01: where a message or an IQ goes, by type and address (RFC 6121 §8), and what comes back. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import { bareOf, enter, errorOf, newcomer, receivedAfter, say, saying, settle, together } from '../support/actor.ts'

const scenario = await bothModes()

/** Delivered (to whom), refused (with which error), or neither: stored or dropped. */
type Fate = 'phone' | 'both' | 'refused' | 'silence'

const TYPES = ['normal', 'chat', 'headline', 'groupchat', 'error'] as const
/** RFC 6121, table 1; where it leaves a choice, the one that tells the sender. */
const TABLE: Readonly<Record<string, readonly Fate[]>> = {
  'a full address that is there': ['phone', 'phone', 'phone', 'phone', 'phone'],
  'a full address that is not': ['refused', 'phone', 'silence', 'refused', 'silence'],
  'the bare address': ['phone', 'phone', 'both', 'refused', 'silence'],
  'somebody who is away': ['silence', 'silence', 'silence', 'refused', 'silence'],
  'somebody with a negative priority': ['silence', 'silence', 'silence', 'refused', 'silence'],
  // As somebody who is away, but for what would have waited for one.
  'nobody at all': ['refused', 'refused', 'silence', 'refused', 'silence'],
}

async function scene(site: Site) {
  const [juliet, away] = [await site.person('juliet'), await site.person('away')]
  const shy = await newcomer(site, 'shy', { edge: 1, priority: -1 })
  const phone = await enter(site, juliet, { edge: 1, resource: 'phone', priority: 5 })
  const desk = await enter(site, juliet, { edge: 0, resource: 'desk', priority: 1 })
  const romeo = await newcomer(site, 'romeo', { edge: 0 })
  const addresses: Readonly<Record<string, string>> = {
    'a full address that is there': phone.jid,
    'a full address that is not': `${juliet.jid}/balcony`,
    'the bare address': juliet.jid,
    'somebody who is away': away.jid,
    'somebody with a negative priority': bareOf(shy.jid),
    'nobody at all': `nobody-${away.user}@${site.domain}`,
  }
  return { addresses, ...together({ phone, desk, romeo, shy }) }
}

for (const [whom, fates] of Object.entries(TABLE)) {
  scenario(`messages to ${whom}`, async (site) => {
    using cast = await scene(site)
    const { addresses, phone, desk, romeo, shy } = cast
    for (const [at, type] of TYPES.entries()) {
      const body = `${type} to ${whom}`
      const error =
        type === 'error' ? `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>` : ''
      say(romeo, addresses[whom]!, body, { type, inside: error })
      const fate = fates[at]
      if (fate === 'phone' || fate === 'both') await phone.expect(saying(body))
      if (fate === 'both') await desk.expect(saying(body))
      if (fate === 'refused')
        assert.equal(errorOf(await romeo.expect(saying(body))), 'cancel/service-unavailable', body)
      for (const other of [desk, phone, shy, romeo]) {
        const came = await receivedAfter(romeo, other, saying(body))
        assert.deepEqual(came.map(String), [], `${body} came to ${other.jid}`)
      }
    }
  })
}

scenario('requests reach a full address; the server answers for a bare one and for who is not there', async (site) => {
  using cast = await scene(site)
  const { addresses, phone, romeo } = cast
  const asked = romeo.request(`<iq type='get' id='q1' to='${phone.jid}'><query xmlns='urn:q'/></iq>`)
  const question = await phone.expect((it) => it.getChild('query', 'urn:q') !== undefined)
  assert.equal(question.attrs.from, romeo.jid)
  phone.send(`<iq type='result' id='q1' to='${romeo.jid}'><answer xmlns='urn:q'/></iq>`)
  assert.ok((await asked).getChild('answer', 'urn:q'))
  for (const [whom, to] of Object.entries(addresses)) {
    if (to === phone.jid) continue
    const answer = await romeo.request(`<iq type='get' id='q2' to='${to}'><query xmlns='urn:q'/></iq>`)
    assert.equal(errorOf(answer), 'cancel/service-unavailable', whom)
    assert.equal(answer.attrs.from, to)
  }
  // RFC 6120 §8.2.3: an answer is never answered, wherever it goes.
  for (const to of Object.values(addresses)) {
    romeo.send(`<iq type='result' id='r' to='${to}'/>`)
    romeo.send(`<iq type='error' id='e' to='${to}'><error type='cancel'/></iq>`)
  }
  await settle(romeo)
  assert.deepEqual(await receivedAfter(phone, romeo, (it) => it.name === 'iq'), [])
})

scenario('a message to oneself, without an address or with one, comes back once', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  for (const [body, to] of [
    ['no address', ''],
    ['bare address', ` to='${bareOf(romeo.jid)}'`],
  ] as const) {
    romeo.send(`<message type='chat'${to}><body>${body}</body></message>`)
    await romeo.expect(saying(body))
    assert.deepEqual(await receivedAfter(romeo, romeo, saying(body)), [])
  }
})

scenario('a hundred messages each way between two edges keep their order', async (site) => {
  using pair = together({ one: await newcomer(site, 'one'), other: await newcomer(site, 'other', { edge: 1 }) })
  const bodies = Array.from({ length: 100 }, (_, at) => `number ${at}`)
  for (const body of bodies) {
    say(pair.one, Number(body.slice(7)) % 2 ? pair.other.jid : bareOf(pair.other.jid), body)
    say(pair.other, pair.one.jid, body)
  }
  for (const client of [pair.one, pair.other]) assert.deepEqual(await bodiesOf(client, bodies.length), bodies)
})

async function bodiesOf(client: RawClient, count: number): Promise<string[]> {
  const bodies: string[] = []
  while (bodies.length < count) bodies.push((await client.expect('message')).getChildText('body') ?? '')
  return bodies
}
