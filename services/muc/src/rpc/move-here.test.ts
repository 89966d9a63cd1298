import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { type Details, Room } from '../room.ts'
import { moveHere } from './move-here.ts'

const [from, to] = ['cave', 'heath'].map((name) => ensureBare(`${name}@conference.example`)) as [never, never]

test('the owner of the other address is told until it has heard; what was left there goes before, what is here after', async () => {
  const did: string[] = []
  const handle = (_room: Room, work: unknown) => (work as () => Promise<void>)()
  const failed = (_room: Room, error: unknown) => assert.fail(String(error))
  const room = new Room({ jid: from, partition: 0, lane: {} as never, bound: 10, handle, failed })
  room.details = { locked: false, config: { ...DEFAULT_CONFIG, persistent: true } } as Details
  const noRows = async (name: string, _sql: string, [owner]: readonly string[]) => {
    did.push(`${name} ${owner === from ? 'here' : 'there'}`)
    return { rows: [], count: 0 }
  }
  const context = {
    rooms: { get: () => room },
    store: { copy: async () => did.push('copy') > 0, replace: async () => did.push('replace') },
    archive: { flushed: async () => {}, db: { query: noRows, fencedQuery: noRows } },
    log: { warn: (event: string) => assert.fail(event) },
  } as unknown as MucContext
  const answers = [() => Promise.reject(new Error('away')), async () => ({ ok: false, condition: 'no' })]
  const arrived = () => {
    did.push('told')
    return answers.shift()?.() ?? Promise.resolve({ ok: true, condition: '' })
  }
  assert.deepEqual(await moveHere(context, { from, to, reason: undefined, arrived }), { ok: true, condition: '' })
  assert.deepEqual(did, [
    ...['copy', 'room_move_delete there', 'room_move_read here', 'replace'],
    ...['told', 'told', 'told', 'room_move_delete here'],
  ])
  assert.equal(room.details, 'absent')
})
