import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { errorReply, iqResult, type Stanza, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { makeUser, stanza } from '../../test/support/people.ts'
import { Pushes } from './pushes.ts'
import { UserPush } from './user-push.ts'

const service = (node = 'a') => ({ jid: ensureJid('push.example'), node, options: [] })
const MESSAGE = stanza("<message from='juliet@capulet.example/balcony' type='chat'><body>hi</body></message>")

/** Pushes about one user, with everything that leaves. */
function fixture(nodes: readonly string[] = ['a'], details = { withSender: false, withBody: false }) {
  let now = 1_000_000
  const state = { attended: false, sent: [] as Stanza[], told: [] as number[], stored: [] as number[], lost: () => {} }
  const { log, metrics } = silentTelemetry()
  const pushes = new Pushes({
    burstMs: 10_000,
    ...details,
    send: (_user, request, lost) => {
      state.sent.push(request)
      state.lost = lost
    },
    isAttended: () => state.attended,
    waiting: () => 3,
    storeServices: (_user, services) => state.stored.push(services.length),
    storeTold: (_user, id) => state.told.push(id),
    log,
    metrics,
    now: () => now,
  })
  const user = makeUser()
  user.push = new UserPush(nodes.map(service), 0)
  const pass = (ms: number) => {
    now += ms
    pushes.tick()
  }
  const accept = (at = state.sent.length - 1) => pushes.answered(user, iqResult(state.sent[at]!))
  const refuse = (condition: StanzaCondition) =>
    pushes.answered(user, errorReply(state.sent.at(-1)!, stanzaError(condition))!)
  return { pushes, user, state, pass, accept, refuse }
}

test('the first of a burst is told at once, the rest once, later', () => {
  const { pushes, user, state, pass, accept } = fixture()
  for (const id of [5, 6, 7]) pushes.tell(user, MESSAGE, id)
  assert.equal(state.sent.length, 1)
  assert.equal(accept(), true)
  pass(9_999)
  assert.equal(state.sent.length, 1)
  pass(1)
  assert.equal(state.sent.length, 2)
  assert.deepEqual(state.told, [5, 7])
  accept()
  pass(60_000)
  assert.equal(state.sent.length, 2)
  assert.equal(user.push?.busy, false)
})

test('each node is told for itself; who came meanwhile needs no more of it', () => {
  const { pushes, user, state, pass, accept } = fixture(['a', 'b'])
  pushes.tell(user, MESSAGE, 1)
  assert.deepEqual([state.sent.length, accept(0), accept(1)], [2, true, true])
  pushes.tell(user, MESSAGE, 2)
  state.attended = true
  pass(10_000)
  assert.equal(state.sent.length, 2)
  assert.equal(user.push?.busy, false)
})

test('what app servers are told of a message is little, unless it is configured', () => {
  const little = fixture()
  little.pushes.tell(little.user, MESSAGE, 1)
  assert.match(String(little.state.sent[0]), /message-count'><value>3</)
  assert.doesNotMatch(String(little.state.sent[0]), /juliet|hi</)
  const much = fixture(['a'], { withSender: true, withBody: true })
  much.pushes.tell(much.user, MESSAGE, 1)
  assert.match(String(much.state.sent[0]), /juliet@capulet.example\/balcony<.*>hi</)
})

for (const condition of ['item-not-found', 'gone', 'forbidden', 'not-acceptable'] as const) {
  test(`${condition} ends it`, () => {
    const { pushes, user, state, refuse } = fixture()
    pushes.tell(user, MESSAGE, 1)
    assert.equal(refuse(condition), true)
    assert.deepEqual([state.stored, user.push], [[0], undefined])
  })
}

test('errors that pass are borne, less and less often, until there were too many', () => {
  const { pushes, user, state, pass, refuse } = fixture()
  pushes.tell(user, MESSAGE, 1)
  for (const wait of [15_000, 30_000, 60_000, 120_000]) {
    refuse('service-unavailable')
    pass(wait - 1)
    const before = state.sent.length
    pass(1)
    assert.equal(state.sent.length, before + 1)
  }
  assert.notEqual(user.push, undefined)
  refuse('resource-constraint')
  assert.deepEqual([state.sent.length, user.push], [5, undefined])
})

test('an answer in between makes good; silence, and what nobody takes, count as errors', () => {
  const { pushes, user, state, pass, accept } = fixture()
  pushes.tell(user, MESSAGE, 1)
  pass(30_000)
  assert.equal(user.push?.registrations[0]?.failures, 1)
  assert.equal(accept(), false, 'too late')
  pass(15_000)
  state.lost()
  assert.equal(user.push?.registrations[0]?.failures, 2)
  pass(30_000)
  accept()
  assert.equal(user.push?.registrations[0]?.failures, 0)
})

test('answers of others, and to what nobody asked, count for nothing', () => {
  const { pushes, user, state } = fixture()
  assert.equal(pushes.answered(user, stanza("<iq type='result' from='push.example'/>")), false)
  pushes.tell(user, MESSAGE, 1)
  const forged = errorReply(state.sent[0]!, stanzaError('gone'))!.with({ from: ensureJid('evil.example') })
  assert.equal(pushes.answered(user, forged), false)
  assert.equal(user.push?.registrations.length, 1)
  assert.equal(pushes.answered(makeUser(), forged), false)
})

test('at a hand-over what waits is told', () => {
  const { pushes, user, state, accept } = fixture()
  pushes.tell(user, MESSAGE, 1)
  accept()
  pushes.tell(user, MESSAGE, 2)
  pushes.handOver(user)
  assert.deepEqual([state.sent.length, state.told], [2, [1, 2]])
})

test('a user who has none costs nothing', () => {
  const { pushes, state, user } = fixture()
  user.push = undefined
  pushes.tell(user, MESSAGE, 1)
  assert.equal(state.sent.length, 0)
})
