import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import type { Arrived } from '../arrived.ts'
import { Challenges } from './challenges.ts'

const room = ensureBare('cave@conference.example')
const user = ensureBare('hag@coven.example')
const mark = (text: string) => createHmac('sha256', 'secret').update(text).digest()
const challenges = (counters = new MemoryLiveState()) =>
  new Challenges({ questions: [{ question: 'Where?', answers: ['Verona'] }], counters, mark })

const by = (resource: number, at = room): Arrived =>
  ({ room: { jid: at }, from: ensureFull(`${user}/${resource}`) }) as unknown as Arrived
const client = (resource: number) => ensureFull(`${user}/${resource}`)

test('who answered any owner of the room has passed at all of them, in that room', async () => {
  const counters = new MemoryLiveState()
  const [before, after] = [challenges(counters), challenges(counters)]
  const { id: challenge } = before.ask(room, user)
  const judged = (answer: string, whom = user) => after.judge(room, whom, { challenge, answer })
  assert.deepEqual([await judged('Mantua'), await judged('Verona', ensureBare('x@y'))], ['wrong', 'void'])
  assert.equal(await after.hasPassed(room, user), false)
  assert.equal(await judged('verona'), 'passed')
  assert.deepEqual([await judged('verona'), await before.hasPassed(room, user)], ['void', true])
  assert.equal(await before.hasPassed(ensureBare('den@conference.example'), user), false)
})

test('so many wait at a room, so long, and each is let in once', () => {
  const asked = challenges()
  for (let i = 0; i <= 100; i++) asked.await(by(i), `c${i}`, 0)
  assert.equal(asked.take({ jid: room }, client(0)), undefined)
  assert.equal(asked.take({ jid: room }, client(1))?.challenge, 'c1')
  assert.equal(asked.take({ jid: room }, client(1)), undefined)
  asked.await(by(2), 'again', 500_000)
  asked.sweep(600_000, () => true)
  assert.deepEqual(
    [3, 2].map((i) => asked.take({ jid: room }, client(i))?.challenge),
    [undefined, 'again'],
  )
  asked.await(by(5), 'c', 0)
  asked.sweep(1, () => false)
  assert.equal(asked.take({ jid: room }, client(5)), undefined)
})
