import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tellings } from './tellings.ts'

test('who asks again waits until all have taken what is being told, and no longer', () => {
  const tellings = new Tellings()
  const said: string[] = []
  const taken = tellings.begin(7)
  tellings.again(7, () => said.push('while it is told'))
  assert.deepEqual([tellings.has(7), tellings.has(8), said], [true, false, []])
  taken()
  assert.deepEqual(said, ['while it is told'])
  tellings.again(7, () => said.push('afterwards'))
  assert.deepEqual(said, ['while it is told', 'afterwards'])
})

test('what could not be told to all is told when it is asked for again, and of what is long ago nothing is known', () => {
  const tellings = new Tellings()
  const first = tellings.begin(1)
  tellings.failed(1)
  first()
  assert.equal(tellings.has(1), false)
  for (let sequence = 2; sequence < 1_000; sequence++) tellings.begin(sequence)()
  assert.deepEqual([tellings.has(2), tellings.has(999)], [false, true])
})
