import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder, type Service } from './srv-order.ts'

const service = (name: string, priority: number, weight: number): Service => ({
  name,
  port: 5269,
  priority,
  weight,
  directTls: false,
})

test('lower priorities come first, and all come', () => {
  const order = inOrder([service('c', 30, 1), service('a', 10, 0), service('b', 20, 5)])
  assert.deepEqual(
    order.map(({ name }) => name),
    ['a', 'b', 'c'],
  )
})

test('within a priority the weight decides by chance', () => {
  const services = [service('heavy', 1, 90), service('light', 1, 10), service('none', 1, 0)]
  const first = (drawn: number) => inOrder(services, () => drawn)[0]!.name
  assert.deepEqual([first(0), first(0.5), first(0.999)], ['none', 'heavy', 'light'])
})

test('each is drawn about as often as it weighs', () => {
  let heavy = 0
  for (let i = 0; i < 2_000; i++)
    if (inOrder([service('heavy', 1, 75), service('light', 1, 25)])[0]!.name === 'heavy') heavy++
  assert.ok(heavy > 1_300 && heavy < 1_700, String(heavy))
})
