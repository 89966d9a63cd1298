import assert from 'node:assert/strict'
import { mock, type TestContext, test } from 'node:test'
import { Haste } from '../envelope.ts'
import { Cadence, type Paced } from './cadence.ts'

function setUp(t: TestContext, leastMs = 0) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const clock = { now: 1000 }
  const way: Paced = { leftAt: Number.NEGATIVE_INFINITY, dueAt: Number.POSITIVE_INFINITY }
  const left: number[] = []
  const leave = () => {
    left.push(clock.now)
    cadence.left(way, clock.now)
  }
  const cadence = new Cadence<Paced>(leave, leastMs, () => clock.now)
  const send = (haste: Haste) => {
    if (cadence.isDue(way, haste)) leave()
  }
  const pass = (ms: number) => {
    for (let i = 0; i < ms; i++) {
      clock.now++
      mock.timers.tick(1)
    }
  }
  return { send, pass, left, cadence }
}

test('what is gathered goes at once after a quiet spell, then together', (t) => {
  const { send, pass, left } = setUp(t)
  for (let i = 0; i < 60; i++) {
    send(Haste.gather)
    pass(1)
  }
  assert.deepEqual(left, [1000, 1020, 1040, 1060])
})

test('over a bus even what is in haste leaves some milliseconds apart, once it is busy', (t) => {
  const { send, pass, left } = setUp(t, 4)
  for (let i = 0; i < 12; i++) {
    send(Haste.turn)
    pass(1)
  }
  pass(100)
  send(Haste.turn)
  assert.deepEqual(left, [1000, 1004, 1008, 1012, 1112])
})

test('what many are told shares a departure over a bus', (t) => {
  const { send, pass, left } = setUp(t, 1)
  for (let i = 0; i < 25; i++) {
    send(Haste.share)
    pass(1)
  }
  send(Haste.turn)
  assert.deepEqual(left, [1000, 1015, 1025])
})

test('what was shared before waits less', (t) => {
  const { send, pass, left } = setUp(t, 1)
  for (let i = 0; i < 12; i++) {
    send(Haste.onward)
    pass(1)
  }
  assert.deepEqual(left, [1000, 1005, 1010])
})

test('within a process it waits for nothing', (t) => {
  const { send, pass, left } = setUp(t)
  for (const haste of [Haste.share, Haste.onward, Haste.turn]) {
    send(haste)
    pass(1)
  }
  assert.deepEqual(left, [1000, 1001, 1002])
})

test('what is collected waits longer', (t) => {
  const { send, pass, left } = setUp(t)
  for (let i = 0; i < 10; i++) {
    send(Haste.collect)
    pass(10)
  }
  assert.deepEqual(left, [1000, 1050, 1100])
})

test('what rides leaves with what comes, or by itself in the end', (t) => {
  const { send, pass, left } = setUp(t)
  send(Haste.ride)
  pass(5)
  assert.deepEqual(left, [])
  send(Haste.turn)
  assert.deepEqual(left, [1005])
  pass(100)
  assert.deepEqual(left, [1005])
  send(Haste.ride)
  pass(100)
  assert.deepEqual(left, [1005, 1180])
})

test('the most urgent counts', (t) => {
  const { send, pass, left } = setUp(t)
  send(Haste.turn)
  send(Haste.ride)
  send(Haste.collect)
  send(Haste.gather)
  pass(100)
  assert.deepEqual(left, [1000, 1020])
})

test('everything can be let go, and nothing comes after the end', (t) => {
  const { send, pass, left, cadence } = setUp(t)
  send(Haste.ride)
  cadence.releaseAll()
  assert.deepEqual(left, [1000])
  send(Haste.ride)
  cadence[Symbol.dispose]()
  pass(200)
  assert.deepEqual(left, [1000])
})
