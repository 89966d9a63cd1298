import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveStateSubject } from './live-state.contract.ts'

/** What every implementation has to do about counters. */
export function countersContract(name: string, make: () => Promise<LiveStateSubject>): void {
  test(`${name}: a counter counts, can be read, and can be reset`, async () => {
    await using subject = await make()
    const { state } = subject
    assert.equal(await state.peek('a'), 0)
    assert.deepEqual([await state.increment('a', 60), await state.increment('a', 60)], [1, 2])
    assert.equal(await state.increment('b', 60), 1)
    assert.equal(await state.peek('a'), 2)
    await state.reset('a')
    assert.equal(await state.peek('a'), 0)
  })

  test(`${name}: a counter disappears a window after its first increment`, async () => {
    await using subject = await make()
    const { state } = subject
    await state.increment('a', 1)
    await subject.pass(500)
    assert.equal(await state.increment('a', 1), 2)
    await subject.pass(700)
    assert.equal(await state.peek('a'), 0)
    assert.equal(await state.increment('a', 1), 1)
  })
}
