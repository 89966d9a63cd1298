import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentTelemetry } from '@heliograph/telemetry'
import { Caretaker } from './caretaker.ts'
import type { DueSlot } from './ledger.ts'

async function lookAt(slots: readonly DueSlot[], sizes: Readonly<Record<string, number>> = {}): Promise<string[]> {
  const done: string[] = []
  const batches = [slots.slice(0, 50), slots.slice(50)]
  using caretaker = new Caretaker({
    ledger: {
      due: async () => [...(batches.shift() ?? [])],
      confirm: async (key) => void done.push(`confirm ${key}`),
      release: async (key) => void done.push(`release ${key}`),
    },
    store: {
      size: async (key) => sizes[key],
      remove: async (key) => {
        if (key === 'stuck') throw new Error('the store is away')
        done.push(`remove ${key}`)
      },
    },
    log: silentTelemetry().log,
    removed: () => done.push('removed'),
  })
  await caretaker.tick()
  return done
}

const slot = (key: string, is: Partial<DueSlot> = {}): DueSlot => {
  return { key, confirmed: false, expired: false, settled: true, ...is }
}

test('an expired file is removed before its row', async () => {
  assert.deepEqual(await lookAt([slot('a', { expired: true, confirmed: true })]), ['remove a', 'release a', 'removed'])
})

test('a slot that was used is confirmed, one that was not is released with what is left of it', async () => {
  assert.deepEqual(await lookAt([slot('used'), slot('unused')], { used: 1 }), [
    'confirm used',
    'remove unused',
    'release unused',
  ])
})

test('what has not expired stays, whatever the row says', async () => {
  assert.deepEqual(await lookAt([slot('a', { settled: false }), slot('b', { confirmed: true })]), ['confirm b'])
})

test('where the store is away the row stays for the next time; more than a batch is done at once', async () => {
  assert.deepEqual(await lookAt([slot('stuck', { expired: true })]), [])
  const many = Array.from({ length: 60 }, (_, at) => slot(String(at), { expired: true }))
  assert.equal((await lookAt(many)).length, 180)
})
