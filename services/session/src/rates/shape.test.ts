import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, Envelope, Op } from '@heliograph/bus'
import type { Rates } from '@heliograph/config'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import { shape } from './shape.ts'

const MESSAGE = stanza("<message to='juliet@capulet.example'><body>hi</body></message>")

/** What a user's edges are told. */
function scene(rates: Partial<Rates> | undefined) {
  const user = makeUser()
  const told: [resource: string, ms: number][] = []
  const given = { stanzasPerSecond: 0, bytesPerSecond: 0, burstSeconds: 1, ...rates }
  const { context: fake } = fakeContext({ rates: new Map(rates && [[user.domain, given]]) })
  const tellEdge: SessionContext['outgoing']['tellEdge'] = (_user, resource, op, fill) => {
    const envelope = new Envelope(op)
    fill(envelope)
    if (op === Op.shape) told.push([resource.name, codecs.shape.decode(envelope.body!).ms])
  }
  const due: (() => void)[] = []
  const router = { beforeFlush: (then: () => void) => due.push(then) }
  const context = { ...fake, router, outgoing: { tellEdge } } as unknown as SessionContext
  const send = (resource: Resource, times: number, at: number, what = MESSAGE) => {
    user.touched = at
    for (let i = 0; i < times; i++) shape(context, user, resource, what)
  }
  const endTurn = () => {
    for (const then of due.splice(0)) then()
  }
  return { told, send, endTurn, phone: addResource(user, 'phone', 0), desk: addResource(user, 'desk', 0) }
}

test('all connections of a user share a rate, and each that goes on sending waits', () => {
  const { told, send, endTurn, phone, desk } = scene({ stanzasPerSecond: 10 })
  send(phone, 5, 0)
  send(desk, 5, 0)
  endTurn()
  assert.deepEqual(told, [])
  send(phone, 4, 0)
  send(desk, 6, 0)
  endTurn()
  assert.deepEqual(told.splice(0), [
    ['phone', 1_000],
    ['desk', 1_000],
  ])
  // What was on its way still comes, and is owed, too.
  send(phone, 2, 900)
  endTurn()
  assert.deepEqual(told.splice(0), [])
  send(phone, 1, 1_000)
  endTurn()
  assert.deepEqual(told.splice(0), [['phone', 300]])
  send(desk, 1, 2_000)
  endTurn()
  assert.deepEqual(told, [])
})

test('a wait is not too short, nor too long, however much is owed', () => {
  const { told, send, endTurn, phone } = scene({ stanzasPerSecond: 100 })
  send(phone, 101, 0)
  endTurn()
  send(phone, 10_000, 300)
  endTurn()
  assert.deepEqual(told, [
    ['phone', 250],
    ['phone', 5_000],
  ])
})

test('what was on its way prolongs the wait when it comes to much, once in a turn', () => {
  const { told, send, endTurn, phone } = scene({ stanzasPerSecond: 100 })
  send(phone, 110, 0)
  endTurn()
  send(phone, 14, 1)
  endTurn()
  send(phone, 40, 2)
  endTurn()
  assert.deepEqual(told, [
    ['phone', 250],
    ['phone', 638],
  ])
  send(phone, 20, 3)
  endTurn()
  assert.equal(told.length, 2)
})

test('a session that is lost by the end of the turn is not waited for', () => {
  const { told, send, endTurn, phone } = scene({ stanzasPerSecond: 1 })
  send(phone, 10, 0)
  phone.attachment = 'hibernating'
  endTurn()
  assert.deepEqual([told, phone.shapedUntil], [[], 0])
})

test('bytes count, with something for each head', () => {
  const { told, send, endTurn, phone } = scene({ bytesPerSecond: 10_000 })
  const long = stanza(`<message><body>${'x'.repeat(9_000)}</body></message>`)
  send(phone, 1, 0, long)
  endTurn()
  assert.deepEqual(told, [])
  send(phone, 1, 0, long)
  endTurn()
  assert.equal(told.length, 1)
  assert.ok(told[0]![1] > 820 && told[0]![1] < 860, String(told))
})

test('without rates nothing is counted', () => {
  for (const rates of [undefined, {}]) {
    const { told, send, endTurn, phone } = scene(rates)
    send(phone, 10_000, 0)
    endTurn()
    assert.deepEqual(told, [])
  }
})
