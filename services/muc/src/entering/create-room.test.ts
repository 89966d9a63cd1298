import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { createRoom } from './create-room.ts'

const jid = ensureBare('cave@conference.example')
const from = ensureFull('ada@verona.example/x')

test('what is left of another room of that address is erased before one is made', async () => {
  const did: string[] = []
  const noted = (name: string, result?: unknown) => async () => {
    did.push(name)
    return result
  }
  const context = {
    config: { admins: [], creation: 'anyone', perUser: 1 },
    store: { movedTo: noted('asked'), create: noted('made', 'too-many') },
    archive: { eraseLeftovers: noted('erased') },
    events: { refused: () => {} },
    hosts: { kindOf: () => 1, keyOf: () => '' },
    ownership: { heldEpochOf: () => 1 },
    router: { transfer: () => did.push('refused') },
  } as unknown as MucContext
  const arrived = { room: { jid }, from, stanza: stanza('presence', { from, to: jid }), taken: () => {} }
  await createRoom(context, arrived as unknown as Arrived)
  assert.deepEqual(did, ['asked', 'erased', 'made', 'refused'])
})
