import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import type { MucContext } from './context.ts'
import { DEFAULT_CONFIG } from './forms/config-form.ts'
import { removeIfEmpty } from './remove-room.ts'
import type { Details, Room } from './room.ts'
import { Subscribers } from './subscriptions/subscribers.ts'

const jid = ensureBare('cave@conference.example')

/** What becomes of a room whose last occupant left, and which its owner knows as a locked one. */
async function left(isPassing: boolean) {
  const did: string[] = []
  const moved = {
    jid,
    locked: false,
    config: { ...DEFAULT_CONFIG, persistent: true },
    affiliates: [],
    subscriptions: [],
  }
  const context = {
    store: {
      destroyPassing: async () => {
        did.push('asked')
        return isPassing
      },
      load: async () => moved,
    },
    archive: { erase: async () => did.push('erased'), tail: async () => ({ lastId: 7, ingress: [] }) },
    ownership: { heldEpochOf: () => 1 },
  } as unknown as MucContext
  const details = { locked: true, config: moved.config, subscribers: new Subscribers() } as unknown as Details
  const room = { jid, partition: 0, occupants: { size: 0 }, details, lastSequence: 0 } as unknown as Room
  await removeIfEmpty(context, room)
  return { did, details: room.details }
}

test('a room that was never configured ends with its last occupant', async () => {
  assert.deepEqual(await left(true), { did: ['asked', 'erased'], details: 'absent' })
})

test('a room that was moved here stays, and its archive, though its owner knew only of the locked copy', async () => {
  const { did, details } = await left(false)
  assert.deepEqual(did, ['asked'])
  assert.equal((details as Details).locked, false)
})
