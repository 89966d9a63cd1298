import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { OccupantIds } from './occupant-ids.ts'

const [coven, heath] = [ensureBare('coven@chat.example'), ensureBare('heath@chat.example')]
const hecate = ensureBare('hecate@example.org')

test('an occupant id is the same for a user in a room, and another in another room or with another secret', () => {
  const ids = new OccupantIds(Buffer.alloc(32, 1))
  assert.equal(ids.of(coven, hecate), new OccupantIds(Buffer.alloc(32, 1)).of(coven, hecate))
  const all = [ids.of(coven, hecate), ids.of(heath, hecate), ids.of(coven, ensureBare('hag@example.org'))]
  all.push(new OccupantIds(Buffer.alloc(32, 2)).of(coven, hecate))
  assert.equal(new Set(all).size, 4)
  // XEP-0421 §4: at most 128 characters.
  for (const id of all) assert.ok(id.length <= 128)
})
