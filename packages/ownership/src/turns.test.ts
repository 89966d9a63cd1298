import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

const BOUNDS = { atOnce: 4, waiting: 100, ofOne: 2 }

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Work that goes on until it is ended, and whose it is, in the order in which it began. */
function working() {
  const turns = new Turns(BOUNDS)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (asker: string) =>
    turns.run(asker, () => {
      begun.push(asker)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  return { turns, begun, ends, ask }
}

test('who asks much waits for himself, and is refused above a bound', async () => {
  const { begun, ends, ask } = working()
  for (let i = 0; i < BOUNDS.ofOne; i++) assert.ok(ask('eve'))
  assert.equal(ask('eve'), undefined)
  assert.ok(ask('nora'))
  assert.deepEqual(begun, ['eve', 'nora'])
  ends[0]!()
  await settled()
  assert.deepEqual(begun, ['eve', 'nora', 'eve'])
})

test('a few pieces are under way at once, the others in the order in which they came, up to a bound', async () => {
  const { begun, ends, ask } = working()
  const people = Array.from({ length: BOUNDS.atOnce + BOUNDS.waiting }, (_, i) => `p${i}`)
  for (const each of people) assert.ok(ask(each))
  assert.equal(ask('late'), undefined)
  assert.deepEqual(begun, people.slice(0, BOUNDS.atOnce))
  ends[1]!()
  await settled()
  assert.equal(begun.at(-1), `p${BOUNDS.atOnce}`)
})

test('what fails makes room, too', async () => {
  const turns = new Turns(BOUNDS)
  for (let i = 0; i < 3; i++)
    await assert.rejects(turns.run('eve', () => Promise.reject(new Error('no database'))) ?? Promise.resolve())
})
