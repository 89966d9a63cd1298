import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import type { PeerPolicyConfig } from '@heliograph/config'
import { ensureDomain } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import { EMPTY_SCOPE, parseElement } from '@heliograph/xml'
import { ANYTHING } from '../../test/support/anything.ts'
import { PeerPolicy } from '../federation/peer-policy.ts'
import { Allowances } from '../streams/allowances.ts'
import { Authority } from './authority.ts'
import type { Inbound } from './inbound.ts'
import { acceptStanza } from './stanzas.ts'

const limits = { elementBytes: 10_000, headerBytes: 1_000, depth: 10, attributes: 10, nameLength: 100 }

/** A peer that has shown a key for one pair of domains. */
function peer(outcome: Outcome = 'taken', inbound: Partial<PeerPolicyConfig['inbound']> = {}) {
  const happened: string[] = []
  const slowed: number[] = []
  const authority = new Authority()
  authority.grantPair(ensureDomain('theirs.example'), ensureDomain('ours.example'))
  const transfer = (_kind: unknown, _key: unknown, { stanza }: Envelope, settle: (outcome: Outcome) => void): void => {
    happened.push(`${stanza?.type} to ${stanza?.to}`)
    settle(outcome)
  }
  const span = { context: '', end() {} }
  const receiver = {
    ...{ authority, local: 'ours.example' },
    intake: { nextCount: () => 1, depart() {}, arrive() {}, settled() {}, slowDown: (ms: number) => slowed.push(ms) },
    stream: { close: ({ condition }: { condition: string }) => happened.push(condition) },
    context: {
      isOurs: (domain: string) => domain.endsWith('ours.example'),
      policy: new PeerPolicy({ ...ANYTHING, inbound: { ...ANYTHING.inbound, ...inbound } }),
      refusals: { tell: () => happened.push('refused') },
      allowances: { in: new Allowances() },
      events: { received() {}, unanswered: () => happened.push('unanswered') },
      router: { transfer },
      hosts: { kindOf: () => 0, keyOf: () => '' },
      tracing: { sample() {}, span: () => span },
    },
  }
  const says = (from: string, to: string, name = 'message', type = 'chat'): string[] => {
    const bytes = Buffer.from(
      `<${name} xmlns='jabber:server' id='x' from='${from}' to='${to}' type='${type}'><x xmlns='y'/></${name}>`,
    )
    acceptStanza(receiver as unknown as Inbound, parseElement(bytes, EMPTY_SCOPE, limits))
    return happened.splice(0)
  }
  return Object.assign(says, { slowed })
}

test('stanzas go where the key was shown for, in the name of who has shown it', () => {
  const says = peer()
  assert.deepEqual(says('a@theirs.example', 'b@ours.example'), ['chat to b@ours.example'])
  assert.deepEqual(says('a@theirs.example', 'b@rooms.ours.example'), ['invalid-from'])
  assert.deepEqual(says('a@bank.example', 'b@ours.example'), ['invalid-from'])
  assert.deepEqual(says('a@theirs.example', 'b@elsewhere.example'), ['improper-addressing'])
})

test('where there is no room for a stanza, nor for its error, that is counted', () => {
  const says = peer('full')
  assert.deepEqual(says('a@theirs.example', 'b@ours.example'), [
    'chat to b@ours.example',
    'error to a@theirs.example',
    'unanswered',
  ])
})

test('what policy lets not come is answered with an error, unless nobody waits for that', () => {
  const says = peer('taken', { kinds: ['message'] })
  const said = (name: string, type: string) => says('a@theirs.example', 'b@ours.example', name, type)
  assert.deepEqual(said('message', 'chat'), ['chat to b@ours.example'])
  assert.deepEqual(said('iq', 'get'), ['refused', 'error to a@theirs.example'])
  assert.deepEqual(said('iq', 'result'), ['result to b@ours.example'])
  assert.deepEqual(said('presence', 'subscribe'), ['refused', 'error to a@theirs.example'])
  assert.deepEqual(said('presence', 'unavailable'), ['refused'])
})

test('who sends more than it may is slowed down, and nothing is lost', () => {
  const says = peer('taken', { stanzasPerSecond: 2, burstSeconds: 1 })
  for (let i = 0; i < 3; i++) assert.deepEqual(says('a@theirs.example', 'b@ours.example'), ['chat to b@ours.example'])
  assert.equal(says.slowed.length, 1)
})
