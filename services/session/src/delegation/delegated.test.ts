import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/module'
import type { Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { askerIn, Delegated } from './delegated.ts'

const component = ensureDomain('pubsub.capulet.example')
const CLIENT = `${ROMEO}/orchard`

function world() {
  const sent: Stanza[] = []
  const { log, metrics } = silentTelemetry()
  const clock = { now: 0 }
  const delegated = new Delegated({ send: (_user, it) => sent.push(it), metrics, log, now: () => clock.now })
  const user = makeUser()
  const request = stanza(`<iq type='set' id='pep1'><pubsub xmlns='http://jabber.org/protocol/pubsub'/></iq>`).with({
    from: trusted(CLIENT),
  })
  return { delegated, sent, clock, user, request }
}

const wrapping = (iq: string) =>
  `<delegation xmlns='urn:xmpp:delegation:2'><forwarded xmlns='urn:xmpp:forward:0'>${iq}</forwarded></delegation>`
const answerTo = (asked: Stanza, iq: string, type = 'result') =>
  stanza(`<iq type='${type}'>${wrapping(iq)}</iq>`).with({ from: component, to: asked.from, id: asked.id })

const conditionOf = (outcome: Outcome) => (outcome.kind === 'refuse' ? outcome.error.condition : outcome.kind)

test('a request goes to the component as it came, and its answer is what the server answers', async () => {
  const { delegated, sent, user, request } = world()
  const answer = delegated.ask(user, request, component)
  const asked = sent[0]!
  assert.deepEqual([asked.type, asked.from, asked.to], ['set', 'montague.example', component])
  assert.equal(askerIn(asked.id), user.jid)
  const forwarded = asked.child('delegation', 'urn:xmpp:delegation:2')?.getChild('forwarded', 'urn:xmpp:forward:0')
  const { attrs } = forwarded!.getChild('iq', 'jabber:client')!
  assert.deepEqual([attrs.id, attrs.type, attrs.from, attrs.to], ['pep1', 'set', CLIENT, undefined])
  const result = `<iq xmlns='jabber:client' type='result' id='pep1' to='${CLIENT}'><pubsub xmlns='http://jabber.org/protocol/pubsub'/></iq>`
  delegated.answered(user, answerTo(asked, result).with({ from: trusted('paris.example') }))
  assert.equal(delegated.waiting, 1, 'somebody else')
  delegated.answered(user, answerTo(asked, result))
  assert.deepEqual(await answer, {
    kind: 'raw',
    xml: `<pubsub xmlns='http://jabber.org/protocol/pubsub'/>`,
    name: '{http://jabber.org/protocol/pubsub}pubsub',
  })
})

test('what isn’t its answer is none, and neither is an error', async () => {
  const good = { id: 'pep1', type: 'result', to: CLIENT as string }
  const cases: readonly (readonly [string, Record<string, string>, string?, string?])[] = [
    ['id', { ...good, id: 'pep2' }],
    ['type', { ...good, type: 'error' }],
    ['type', { ...good, type: 'set' }],
    ['to', { ...good, to: `${ROMEO}/attic` }],
    ['from', { ...good, from: 'capulet.example' }],
    ['payloads', good, `<a xmlns='a'/><b xmlns='b'/>`],
    ['error', good, '', 'error'],
  ]
  for (const [what, attrs, payload = '', type = 'result'] of cases) {
    const { delegated, sent, user, request } = world()
    const answer = delegated.ask(user, request, component)
    const head = Object.entries(attrs).map(([name, value]) => ` ${name}='${value}'`)
    delegated.answered(user, answerTo(sent[0]!, `<iq xmlns='jabber:client'${head.join('')}>${payload}</iq>`, type))
    assert.equal(conditionOf(await answer), 'service-unavailable', what)
  }
  const { delegated, sent, user, request } = world()
  const answer = delegated.ask(user, request, component)
  delegated.answered(user, stanza(`<iq type='result'/>`).with({ from: component, id: sent[0]!.id! }))
  assert.equal(conditionOf(await answer), 'service-unavailable', 'nothing')
})

test('a component that is silent is not waited for; what is given away is the next owner’s', async () => {
  const { delegated, clock, user, request } = world()
  const answer = delegated.ask(user, request, component)
  clock.now = 9_999
  delegated.tick()
  assert.equal(delegated.waiting, 1)
  clock.now = 10_000
  delegated.tick()
  assert.equal(conditionOf(await answer), 'service-unavailable')
  void delegated.ask(user, request, component)
  delegated.abandon(user.partition)
  assert.equal(delegated.waiting, 0)
})

test('an id that a component made up names nobody', () => {
  const id = (jid: string) => `delegated-${'a'.repeat(16)}.${Buffer.from(jid).toString('base64url')}`
  assert.equal(askerIn(id(ROMEO)), ROMEO)
  assert.equal(askerIn(id('capulet.example')), 'capulet.example')
  for (const strange of [id(CLIENT), id('a b@@c'), id(''), 'delegated-', 'x', undefined])
    assert.equal(askerIn(strange), undefined, strange)
})
