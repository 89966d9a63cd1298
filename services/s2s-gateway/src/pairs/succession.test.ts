import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '@heliograph/stanza'
import { FakeStore } from '../../test/support/pair-world.ts'
import { type Entry, entryOf } from './entry.ts'
import { Succession } from './succession.ts'

const place = { partition: 7, pair: 'capulet.example montague.example' }
const entry = (key: string, count: number): Entry =>
  Object.assign(entryOf(stanza('message', { to: 'a@b.example' as never }), key), { mark: { id: 'one', count } })

test('counts wrap, and what bears no name is none of what is known', async () => {
  const store = new FakeStore()
  const written = [entry('a', 2 ** 32 - 1), entry('', 0), entry('b', 1), entry('c', 2)]
  new Succession(store, place).passOn('one', written, [])
  await undefined
  const successor = new Succession(store, place)
  successor.inherit(store.trail!)
  assert.equal(successor.stream, 'one')
  assert.deepEqual(successor.settle(1), ['a', 'b'])
  assert.equal(successor.stream, undefined)
})

test('what a former owner left is left to the next one, too, while nothing came of it', async () => {
  const store = new FakeStore()
  const trail = { stream: 'one', written: [['a', 1] as const], taken: [] }
  store.trail = trail
  const between = new Succession(store, place)
  between.inherit(trail)
  between.passOn(undefined, [], ['z'])
  await undefined
  assert.equal(store.trail, trail)
  assert.deepEqual(between.settle(undefined), [])
  await undefined
  assert.equal(store.trail, undefined)
})
