import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Flusher } from './flusher.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what is written in a turn goes out at its end, once', async () => {
  const flusher = new Flusher()
  const out: number[] = []
  for (let i = 0; i < 3; i++) flusher.schedule({ flush: () => out.push(i) })
  assert.deepEqual(out, [])
  await turn()
  assert.deepEqual(out, [0, 1, 2])
  await turn()
  assert.equal(out.length, 3)
})

test('who has something to write while thousands are written to doesn’t wait for all of them', async () => {
  const flusher = new Flusher()
  const crowd: number[] = []
  for (let i = 0; i < 3_000; i++) flusher.schedule({ flush: () => crowd.push(i) })
  let behind = -1
  await turn()
  assert.ok(crowd.length < 1_000)
  flusher.schedule({ flush: () => (behind = crowd.length) })
  await turn()
  assert.ok(behind >= 0 && behind < 1_000, `behind ${behind}`)
  for (let turns = 0; crowd.length < 3_000; turns++) {
    assert.ok(turns < 100)
    await turn()
  }
  assert.deepEqual(crowd, [...crowd.keys()])
})
