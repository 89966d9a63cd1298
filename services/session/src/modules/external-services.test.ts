import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ensureFull } from '@heliograph/jid'
import type { Outcome } from '@heliograph/module'
import { el, iqGet, NS } from '@heliograph/stanza'
import { externalServices, turnCredentials } from './external-services.ts'
import type { IqContext } from './iq-context.ts'

const services = [
  { type: 'stun', host: 'stun.example', port: 3478, transport: 'udp' },
  { type: 'turn', host: 'turn.example', port: 3478, transport: 'udp' },
  { type: 'turn', host: 'turn.example', port: 443, transport: 'tcp' },
]

function ask(payload: ReturnType<typeof el>, resource: object | null = {}): Outcome {
  const context = {
    session: { config: { externalServices: { services, secret: 'north', credentialSeconds: 600 } } },
    user: { jid: 'juliet@capulet.example' },
    resource: resource ?? undefined,
  } as unknown as IqContext
  const request = iqGet({ id: '1', from: ensureFull('juliet@capulet.example/balcony') }, payload)
  const handler = externalServices.iq.find((each) => each.payload === `{${NS.externalServices}}${payload.name}`)
  return handler!.handle(request, context) as Outcome
}

function found(outcome: Outcome): Record<string, string | undefined>[] {
  assert.equal(outcome.kind, 'reply')
  return outcome.kind === 'reply' ? (outcome.payload?.getChildren('service') ?? []).map(({ attrs }) => attrs) : []
}

const refusal = (outcome: Outcome) => (outcome.kind === 'refuse' ? outcome.error.condition : outcome.kind)

test('credentials are the expiry, the user and their HMAC', () => {
  const { username, password, expires } = turnCredentials('north', 'juliet@capulet.example', 1_700_000_000)
  assert.equal(username, '1700000000:juliet@capulet.example')
  assert.equal(password, createHmac('sha1', 'north').update(username).digest('base64'))
  assert.equal(expires, '2023-11-14T22:13:20.000Z')
})

test('all services are told, or those of one type; TURN comes with credentials', () => {
  const all = found(ask(el('services', { xmlns: NS.externalServices })))
  assert.deepEqual(
    all.map(({ type, host, port, transport }) => [type, host, port, transport]),
    services.map(({ type, host, port, transport }) => [type, host, String(port), transport]),
  )
  assert.equal(all[0]?.username, undefined)
  const until = Number(all[1]?.username?.split(':')[0])
  assert.deepEqual(all[1]?.password, turnCredentials('north', 'juliet@capulet.example', until).password)
  assert.equal(found(ask(el('services', { xmlns: NS.externalServices, type: 'turn' }))).length, 2)
  assert.equal(found(ask(el('services', { xmlns: NS.externalServices, type: 'ftp' }))).length, 0)
})

test('credentials are given for a service that is named', () => {
  const credentials = (attrs: Record<string, string>) =>
    ask(el('credentials', { xmlns: NS.externalServices }, el('service', attrs)))
  assert.equal(found(credentials({ host: 'turn.example', type: 'turn' })).length, 2)
  const [tcp, ...others] = found(credentials({ host: 'turn.example', type: 'turn', port: '443' }))
  assert.deepEqual(others, [])
  assert.ok(tcp?.password)
  assert.equal(refusal(credentials({ host: 'turn.example', type: 'turn', port: '1' })), 'item-not-found')
  assert.equal(refusal(credentials({ host: 'elsewhere.example', type: 'turn' })), 'item-not-found')
  assert.equal(refusal(credentials({ host: 'turn.example' })), 'bad-request')
  assert.equal(refusal(ask(el('credentials', { xmlns: NS.externalServices }))), 'bad-request')
})

test('who is not a user here gets nothing', () => {
  for (const name of ['services', 'credentials']) {
    assert.equal(refusal(ask(el(name, { xmlns: NS.externalServices }), null)), 'forbidden')
  }
})
