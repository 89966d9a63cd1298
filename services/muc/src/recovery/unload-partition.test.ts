import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AfterCommit } from '@heliograph/archive'
import type { MucContext } from '../context.ts'
import { unloadPartition } from './unload-partition.ts'

test('a partition is given away only when what waits behind an entering is said, and taken', async () => {
  const events: string[] = []
  const out = new AfterCommit()
  let outstanding = 0
  let allTaken = () => {}
  const lane = {
    settled: () => (outstanding === 0 ? Promise.resolve() : new Promise<void>((resolve) => (allTaken = resolve))),
  }
  const done = async () => {}
  const context = {
    rooms: {
      inPartition: () => [{ out, lane, mailbox: { settled: done } }],
      dropPartition: () => {
        events.push('dropped')
        return []
      },
    },
    archive: { flushed: done },
    records: { flushed: done, settled: () => events.push('settled') },
    router: { settled: done },
    log: { debug: () => {} },
  } as unknown as MucContext
  const historyRead = out.hold(() => events.push('shown in'))
  out.pass(() => {
    events.push('said')
    outstanding = 1
  })
  const unloaded = unloadPartition(context, 7, 'handover')
  await new Promise(setImmediate)
  assert.deepEqual(events, [])
  historyRead()
  await new Promise(setImmediate)
  assert.deepEqual(events, ['shown in', 'said'])
  allTaken()
  await unloaded
  assert.deepEqual(events, ['shown in', 'said', 'settled', 'dropped'])
})
