import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, type Kind, Op } from '@heliograph/bus'
import { ensureDomain, type Jid } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { el, stanza } from '@heliograph/stanza'
import type { ComponentsContext } from './context.ts'
import { Conversations } from './conversations.ts'
import { Directory } from './directory.ts'

const sms = ensureDomain('sms.example')
const fax = ensureDomain('fax.example')

interface Cast {
  readonly to: string
  readonly number: number
  readonly body: string
  readonly settle: (strays: readonly string[]) => void
}

/** An owner of pairs, whose router only notes what it is given. */
function owner({ waitMs = 2_000 } = {}) {
  let now = 0
  const casts: Cast[] = []
  const receipts: number[] = []
  const bounces: { to: string; stream: string; settle: () => void }[] = []
  const router = {
    multicast: (to: string, { conn, stanza }: Envelope, settle: Cast['settle']) =>
      casts.push({ to, number: conn, body: stanza!.childText('body', 'jabber:client')!, settle }),
    receipt: (_from: string, transfer: number) => receipts.push(transfer),
    transfer: (_kind: Kind, _key: string, { stanza, stream }: Envelope, settle: (outcome: 'taken') => void) =>
      bounces.push({ to: stanza!.to!, stream, settle: () => settle('taken') }),
  }
  const directory = new Directory(() => now)
  const conversations = new Conversations({
    router,
    directory,
    definitions: new Map([sms, fax].map((domain) => [domain, { waitMs }])),
    hosts: new Hosts([ensureDomain('capulet.example')]),
    ownership: { heldEpochOf: () => 1 },
    events: { returned: { add: () => {} }, bounced: () => {} },
  } as unknown as ComponentsContext)
  return {
    conversations,
    directory,
    casts,
    receipts,
    bounces,
    advance: (ms: number) => {
      now += ms
      conversations.sweep()
    },
  }
}

function say(conversations: Conversations, count: number, domain = sms): void {
  const envelope = new Envelope(Op.route)
  envelope.partition = 7
  envelope.transfer = count
  envelope.stream = 'edge/1'
  envelope.count = count
  const from = 'juliet@capulet.example/balcony' as Jid
  const head = { from, to: `nurse@${domain}` as Jid, type: 'chat' }
  envelope.stanza = stanza('message', head, el('body', null, `line ${count}`))
  conversations.receive(envelope, 'session')
}

const bodies = (casts: readonly Cast[]) => casts.map(({ body }) => Number(body.slice(5)))

test('the sender’s receipt is sent when the component has it', () => {
  const { conversations, directory, casts, receipts } = owner()
  directory.learn('gateway-a', 1, [{ domain: sms, number: 4 }])
  say(conversations, 1)
  assert.deepEqual([casts[0]?.to, casts[0]?.number, receipts], ['gateway-a', 4, []])
  casts[0]!.settle([])
  assert.deepEqual([receipts, conversations.stanzas], [[1], 0])
})

test('what a stream couldn’t take goes to the next one before what came later', () => {
  const { conversations, directory, casts, receipts, advance } = owner()
  directory.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  for (const count of [1, 2, 3]) say(conversations, count)
  const [one, two, three] = casts.splice(0)
  one!.settle([])
  two!.settle([sms])
  directory.learn('gateway-b', 1, [{ domain: sms, number: 1 }])
  directory.learn('gateway-a', 2, [])
  say(conversations, 4)
  advance(100)
  assert.equal(casts.length, 0, 'while something is under way nothing overtakes it')
  three!.settle([sms])
  advance(100)
  assert.deepEqual(bodies(casts), [2, 3, 4])
  for (const { to, settle } of casts) {
    assert.equal(to, 'gateway-b')
    settle([])
  }
  assert.deepEqual(receipts, [1, 2, 3, 4])
})

test('order holds also where the first comes back last', () => {
  const { conversations, directory, casts, receipts, advance } = owner()
  directory.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  for (const count of [1, 2, 3]) say(conversations, count)
  const [one, two, three] = casts.splice(0)
  // What the system doesn't have yet when its stream ends, while what is on its way there finds nobody.
  three!.settle([sms])
  two!.settle([sms])
  say(conversations, 4)
  directory.learn('gateway-b', 1, [{ domain: sms, number: 1 }])
  directory.learn('gateway-a', 2, [])
  advance(100)
  assert.equal(casts.length, 0)
  one!.settle([sms])
  advance(100)
  assert.deepEqual(bodies(casts), [1, 2, 3, 4])
  for (const { settle } of casts) settle([])
  assert.deepEqual([receipts, conversations.stanzas], [[1, 2, 3, 4], 0])
})

test('a component that is away is waited for, then what is for it comes back, once, in order', () => {
  const { conversations, casts, receipts, bounces, advance } = owner()
  say(conversations, 1)
  say(conversations, 2)
  advance(1_900)
  assert.equal(bounces.length, 0)
  advance(200)
  say(conversations, 3)
  advance(200)
  assert.deepEqual(
    bounces.map(({ to }) => to),
    Array(3).fill('juliet@capulet.example/balcony'),
  )
  // So that it is known when it is said again by another owner.
  assert.ok(bounces.every(({ stream }) => stream === 'bounce edge/1 nurse@sms.example'))
  assert.equal(receipts.length + casts.length, 0)
  for (const { settle } of bounces) settle()
  assert.deepEqual(receipts, [1, 2, 3])
})

test('a hand-over waits until the component has what was taken', async () => {
  const { conversations, directory, casts } = owner()
  directory.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  say(conversations, 1)
  let isSettled = false
  const settled = conversations.settled(7).then(() => {
    isSettled = true
  })
  await Promise.resolve()
  assert.equal(isSettled, false)
  casts[0]!.settle([])
  await settled
})

test('of a partition that is another’s nothing is said any more', () => {
  const { conversations, directory, casts, receipts, bounces, advance } = owner()
  directory.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  say(conversations, 1)
  directory.forget('gateway-a')
  say(conversations, 2)
  conversations.forget(7)
  casts[0]!.settle([])
  advance(10_000)
  assert.deepEqual([receipts.length, bounces.length, casts.length, conversations.stanzas], [0, 0, 1, 0])
})

test('a component that takes nothing leaves room for another', () => {
  const { conversations, directory, casts, bounces } = owner()
  directory.learn(
    'gateway-a',
    1,
    [sms, fax].map((domain, number) => ({ domain, number })),
  )
  for (let count = 1; count <= 8_193; count++) say(conversations, count)
  assert.deepEqual([casts.length, bounces.length], [8_192, 1])
  say(conversations, 9_000, fax)
  assert.deepEqual([casts.length, bounces.length, conversations.stanzas], [8_193, 1, 8_193])
  casts[0]!.settle([])
  say(conversations, 9_001)
  assert.deepEqual([casts.length, bounces.length], [8_193, 2], 'what is left of the share is shared')
})
