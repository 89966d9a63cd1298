import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '@heliograph/database'
import type { PubsubContext } from '../context.ts'
import { NotOurs, untilAvailable } from './until-available.ts'

const node = { key: 'pubsub.montague.example/n', partition: 1 }

function contextOf(epochs: readonly number[]) {
  let at = 0
  const heldEpochOf = () => epochs[Math.min(at++, epochs.length - 1)]!
  return { ownership: { heldEpochOf }, log: { warn: () => {} } } as unknown as PubsubContext
}

test('what can’t be read now is read again, as long as the node is ours', async () => {
  let reads = 0
  const read = async () => {
    if (++reads === 1) throw new UnavailableError('away')
    return reads
  }
  assert.equal(await untilAvailable(contextOf([5]), node, read), 2)
  await assert.rejects(untilAvailable(contextOf([5, 0]), node, read), NotOurs)
  await assert.rejects(untilAvailable(contextOf([0]), node, read), NotOurs)
  await assert.rejects(
    untilAvailable(contextOf([5]), node, async () => {
      throw new TypeError('broken')
    }),
    TypeError,
  )
})
