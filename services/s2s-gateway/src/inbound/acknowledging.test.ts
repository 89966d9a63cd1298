import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Acknowledging } from './acknowledging.ts'
import type { Inbound } from './inbound.ts'
import { Intake } from './intake.ts'
import { Resumables } from './resumables.ts'

test('what is handled is what nothing before is missing from', () => {
  const acknowledging = new Acknowledging(3, 0)
  for (const count of [5, 6]) acknowledging.settled(count)
  assert.equal(acknowledging.h, 0)
  acknowledging.settled(4)
  assert.deepEqual([acknowledging.h, acknowledging.handled], [3, 6])
})

test('who asks is answered when all that came before is handled, or after half a second', (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const acknowledging = new Acknowledging(0, 0)
  const said: number[] = []
  const answer = (h: number) => said.push(h)
  acknowledging.asked(2, answer)
  acknowledging.settled(1)
  acknowledging.covered(answer)
  assert.deepEqual(said, [])
  acknowledging.settled(2)
  acknowledging.covered(answer)
  acknowledging.asked(3, answer)
  test.mock.timers.tick(500)
  acknowledging.settled(3)
  acknowledging.covered(answer)
  assert.deepEqual(said, [2, 2])
})

test('a stream is resumed once, by the same server, and while there is time', async (test) => {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const [local, remote, other] = ['ours.example', 'theirs.example', 'else.example'].map((name) => ensureDomain(name))
  const inbound = (who = remote): Inbound => {
    const stream = { destroy: () => {}, hold: () => {}, release: () => {}, write: () => {} }
    const intake = new Intake(stream)
    intake.goOn({ ingress: 's2s-1', count: 2, h: 0 })
    intake.nextCount()
    return { local, remote: who, resumption: undefined, intake, stream } as unknown as Inbound
  }
  const resumables = new Resumables()
  const broken = inbound()
  const id = resumables.add(broken)
  broken.intake.settled(3)
  resumables.ended(broken, false)
  assert.equal(await resumables.take(id, inbound(other)), undefined)
  assert.deepEqual(await resumables.take(id, inbound()), { ingress: 's2s-1', count: 3, h: 1 })
  assert.equal(await resumables.take(id, inbound()), undefined)
  const closed = inbound()
  const gone = resumables.add(closed)
  resumables.ended(closed, true)
  assert.equal(await resumables.take(gone, inbound()), undefined)
  const late = inbound()
  const tooLate = resumables.add(late)
  resumables.ended(late, false)
  now = 301_000
  resumables.sweep(now)
  assert.equal(await resumables.take(tooLate, inbound()), undefined)
})

test('who resumes a stream learns of all that had come on it, unless that takes too long', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const intake = new Intake({ hold: () => {}, release: () => {}, write: () => {} })
  intake.acknowledge()
  for (let i = 0; i < 2; i++) intake.nextCount()
  const told: number[] = []
  const wait = async (): Promise<void> => {
    await intake.handled()
    told.push(intake.acknowledging!.h)
  }
  const waiting = wait()
  intake.settled(1)
  await new Promise(setImmediate)
  assert.deepEqual(told, [])
  intake.settled(2)
  await waiting
  intake.nextCount()
  const impatient = wait()
  test.mock.timers.tick(2_000)
  await impatient
  assert.deepEqual(told, [2, 2])
})
