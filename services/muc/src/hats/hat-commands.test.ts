import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import type { FormValues } from '@heliograph/stanza'
import type { ItemIq } from '../iqs/room-iq.ts'
import { HAT_COMMANDS } from './hat-commands.ts'
import { RoomHats } from './room-hats.ts'

const nora = ensureBare('nora@verona.example')

test('a command that changes nothing stores nothing and tells nobody', async () => {
  const hats = RoomHats.none.put({ uri: 'urn:x:host', title: 'Host' })!.give(nora, 'urn:x:host')!
  let stored = 0
  const muc = { store: { setHats: async () => stored++ } }
  const item = {
    muc,
    room: { about: { hats }, occupants: { of: () => assert.fail('announced') } },
  } as unknown as ItemIq
  const run = (name: string, fields: Record<string, string>) => {
    const values = { text: (field: string) => fields[field] } as unknown as FormValues
    return HAT_COMMANDS.find(({ node }) => node.endsWith(name))!.run(item, values)
  }
  const host = { 'hats#uri': 'urn:x:host', 'hats#title': 'Host' }
  assert.equal(await run(':create', host), undefined)
  assert.equal(await run(':assign', { ...host, 'hats#jid': nora }), undefined)
  assert.deepEqual([stored, item.room.about.hats], [0, hats])
})
