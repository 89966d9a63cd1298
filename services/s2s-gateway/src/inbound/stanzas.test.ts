import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureDomain } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import { EMPTY_SCOPE, parseElement } from '@heliograph/xml'
import { Authority } from './authority.ts'
import type { Inbound } from './inbound.ts'
import { acceptStanza } from './stanzas.ts'

const limits = { elementBytes: 10_000, headerBytes: 1_000, depth: 10, attributes: 10, nameLength: 100 }

/** A peer that has shown a key for one pair of domains. */
function peer(outcome: Outcome = 'taken') {
  const happened: string[] = []
  const authority = new Authority()
  authority.grantPair(ensureDomain('theirs.example'), ensureDomain('ours.example'))
  const transfer = (_kind: unknown, _key: unknown, { stanza }: Envelope, settle: (outcome: Outcome) => void): void => {
    happened.push(`${stanza?.type} to ${stanza?.to}`)
    settle(outcome)
  }
  const span = { context: '', end() {} }
  const inbound = {
    ...{ authority, id: 's', local: 'ours.example', nextCount: () => 1, depart() {}, arrive() {}, settled() {} },
    stream: { close: ({ condition }: { condition: string }) => happened.push(condition) },
    context: {
      isOurs: (domain: string) => domain.endsWith('ours.example'),
      events: { received() {}, unanswered: () => happened.push('unanswered') },
      router: { transfer },
      hosts: { kindOf: () => 0, keyOf: () => '' },
      tracing: { sample() {}, span: () => span },
    },
  }
  const says = (from: string, to: string): string[] => {
    const bytes = Buffer.from(
      `<message xmlns='jabber:server' from='${from}' to='${to}' type='chat'><body>x</body></message>`,
    )
    acceptStanza(inbound as unknown as Inbound, parseElement(bytes, EMPTY_SCOPE, limits))
    return happened.splice(0)
  }
  return says
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
