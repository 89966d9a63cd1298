import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
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

test('the mark of a client is of the room and the secret: nobody else can work it out from an address', () => {
  const ids = new OccupantIds(Buffer.alloc(32, 1))
  const [desk, phone] = [ensureFull('hecate@example.org/desk'), ensureFull('hecate@example.org/phone')]
  assert.equal(ids.markOf(coven, desk), new OccupantIds(Buffer.alloc(32, 1)).markOf(coven, desk))
  const all = [ids.markOf(coven, desk), ids.markOf(coven, phone), ids.markOf(heath, desk)]
  all.push(new OccupantIds(Buffer.alloc(32, 2)).markOf(coven, desk))
  assert.equal(new Set(all).size, 4)
  for (const mark of all) assert.match(mark, /^[\w-]{11}$/)
})
