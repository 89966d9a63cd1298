import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListingTurns, MOST_AT_ONCE, MOST_OF_ONE, MOST_WAITING } from './listing-turns.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Lists that are read until they are ended, and who they are for, in the order in which they began. */
function listings() {
  const turns = new ListingTurns()
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
  const { begun, ends, ask } = listings()
  for (let i = 0; i < MOST_OF_ONE; i++) assert.ok(ask('eve'))
  assert.equal(ask('eve'), undefined)
  assert.ok(ask('nora'))
  assert.deepEqual(begun, ['eve', 'nora'])
  ends[0]!()
  await settled()
  assert.deepEqual(begun, ['eve', 'nora', 'eve'])
})

test('a few lists are read at once, the others in the order in which they came, up to a bound', async () => {
  const { begun, ends, ask } = listings()
  const people = Array.from({ length: MOST_AT_ONCE + MOST_WAITING }, (_, i) => `p${i}`)
  for (const each of people) assert.ok(ask(each))
  assert.equal(ask('late'), undefined)
  assert.deepEqual(begun, people.slice(0, MOST_AT_ONCE))
  ends[1]!()
  await settled()
  assert.equal(begun.at(-1), `p${MOST_AT_ONCE}`)
})

test('a list that can’t be read makes room, too', async () => {
  const turns = new ListingTurns()
  for (let i = 0; i < 3; i++)
    await assert.rejects(turns.run('eve', () => Promise.reject(new Error('no database'))) ?? Promise.resolve())
})
