import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { bodies, FakeStore, turn, world } from '../../test/support/pair-world.ts'
import type { Management } from '../streams/management.ts'

type World = ReturnType<typeof world>

/** An owner that has written a, b and c, of which the other server has acknowledged the first. */
async function former(test: TestContext, store = new FakeStore()): Promise<World> {
  const made = world(test, store)
  Object.assign(made.network, { isUp: true, manages: () => ({ isResumed: false, id: 'one' }) })
  made.pair.found(undefined)
  for (const body of ['a', 'b', 'c']) made.push(body)
  await turn()
  made.network.acknowledges(1)
  assert.deepEqual([bodies(made.network.said), made.taken], [['a', 'b', 'c'], ['a']])
  return made
}

/** The next one, which knows what is in the database. Asked for the stream of the former one the other server answers so. */
async function next(test: TestContext, { store }: World, answer: Management, sent: readonly string[]): Promise<World> {
  const [[backlog], trails] = [await store.backlogs(), await store.trails()]
  test.mock.restoreAll()
  test.mock.timers.reset()
  const made = world(test, store)
  const manages = (resume?: string) => (resume === undefined ? { isResumed: false, id: 'two' } : answer)
  Object.assign(made.network, { isUp: true, manages })
  for (const body of sent) made.push(body)
  made.pair.found(backlog, [...trails.values()][0])
  for (let i = 0; i < 20; i++) await turn()
  return made
}

async function handOver(test: TestContext, { pair }: World): Promise<void> {
  const done = pair.handOver()
  await turn()
  test.mock.timers.tick(2_000)
  await done
  await turn()
}

test('what had arrived when the pair was handed over isn’t sent again, and what was acknowledged isn’t either', async (test) => {
  const one = await former(test)
  await handOver(test, one)
  assert.deepEqual(one.store.trail, { stream: 'one', written: [['b', 2], ['c', 3]], taken: ['a'] }) // biome-ignore format: a table
  const two = await next(test, one, { isResumed: true, id: 'one', h: 2 }, ['a', 'b', 'c', 'd'])
  assert.deepEqual(two.network.resumes, ['one', undefined])
  assert.deepEqual(
    [bodies(two.network.said), two.taken],
    [
      ['c', 'd'],
      ['a', 'b'],
    ],
  )
  assert.equal(two.store.trail, undefined)
})

test('what had arrived when the owner died isn’t sent again, though it is stored', async (test) => {
  const one = await former(test)
  await one.sweepAt(1_000)
  assert.deepEqual([one.taken, one.store.rows.length], [['a', 'b', 'c'], 2])
  const two = await next(test, one, { isResumed: false, id: 'two', h: 2 }, ['d'])
  assert.deepEqual(two.network.resumes, ['one'])
  assert.deepEqual(bodies(two.network.said), ['c', 'd'])
  two.network.acknowledges(2)
  assert.deepEqual([two.store.rows, two.taken, two.pair.kept], [[], ['d'], 0])
})

test('where the other server doesn’t know any more all is sent again', async (test) => {
  const one = await former(test)
  await handOver(test, one)
  const two = await next(test, one, { isResumed: false, id: 'two' }, ['b', 'c'])
  assert.deepEqual([bodies(two.network.said), two.store.trail], [['b', 'c'], undefined])
})

test('nothing is stored that was written before it is noted where', async (test) => {
  const store = new FakeStore()
  const noted: (() => void)[] = []
  test.mock.method(store, 'note', (_place: unknown, _trail: unknown, told: () => void) => noted.push(told))
  const one = await former(test, store)
  await one.sweepAt(1_000)
  one.push('d')
  assert.deepEqual([store.rows.length, noted.length], [0, 1])
  noted[0]!()
  await turn()
  assert.deepEqual(bodies(store.rows.map(({ stanza }) => `${stanza.toBytes()}`)), ['b', 'c'])
})

test('what a former owner stored and never wrote is sent, though its sender knows it was taken', async (test) => {
  const one = world(test)
  one.pair.found(undefined)
  one.push('stored')
  await turn()
  await turn()
  await handOver(test, one)
  assert.deepEqual(one.store.trail, { stream: '', written: [], taken: ['stored'] })
  const two = await next(test, one, { isResumed: false }, ['stored'])
  assert.deepEqual([two.network.resumes, bodies(two.network.said), two.taken], [[undefined], ['stored'], ['stored']])
})

test('a stream that was acknowledged to the end leaves nothing to be asked', async (test) => {
  const one = await former(test)
  await one.sweepAt(1_000)
  assert.equal(one.store.trail?.stream, 'one')
  one.network.acknowledges(3)
  await one.sweepAt(2_000)
  assert.deepEqual([one.store.trail, one.store.rows], [undefined, []])
  await one.sweepAt(60_000)
  await handOver(test, one)
  assert.equal(one.store.trail, undefined)
})
