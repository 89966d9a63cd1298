import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { readStanza } from '@heliograph/stanza'
import { Histories } from './histories.ts'
import type { PastMessage } from './history.ts'

const ROOM = ensureBare('room@conference.example')
const said = (id: number): PastMessage => ({
  id,
  stanza: readStanza(Buffer.from(`<message type='groupchat'><body>${id}</body></message>`)),
})
const ids = (messages: readonly PastMessage[]) => messages.map(({ id }) => id)

test('a history is read once, and kept up from then on', async () => {
  const histories = new Histories(3)
  let read = 0
  const newest = async () => {
    read++
    return [said(1), said(2)]
  }
  histories.add(ROOM, said(9))
  assert.deepEqual(ids(await histories.of(ROOM, newest)), [1, 2])
  histories.add(ROOM, said(3))
  histories.add(ROOM, said(4))
  assert.deepEqual(ids(await histories.of(ROOM, newest)), [2, 3, 4])
  histories.remove(ROOM, 3)
  assert.deepEqual(ids(await histories.of(ROOM, newest)), [2, 4])
  assert.equal(read, 1)
  histories.drop(ROOM)
  assert.deepEqual(ids(await histories.of(ROOM, newest)), [1, 2])
  assert.equal(read, 2)
})

test('what is said while it is being read is in it once; who asks meanwhile waits for the same', async () => {
  const histories = new Histories(9)
  const { promise, resolve } = Promise.withResolvers<PastMessage[]>()
  const first = histories.of(ROOM, () => promise)
  histories.add(ROOM, said(2))
  histories.add(ROOM, said(3))
  const second = histories.of(ROOM, () => assert.fail())
  resolve([said(1), said(2)])
  assert.deepEqual(ids(await first), [1, 2, 3])
  assert.deepEqual(ids(await second), [1, 2, 3])
})

test('what could not be read is read again; what was dropped meanwhile is not kept', async () => {
  const histories = new Histories(9)
  await assert.rejects(
    histories.of(ROOM, () => Promise.reject(new Error('away'))),
    /away/,
  )
  const { promise, resolve } = Promise.withResolvers<PastMessage[]>()
  const old = histories.of(ROOM, () => promise)
  histories.drop(ROOM)
  resolve([said(1)])
  assert.deepEqual(ids(await old), [1])
  assert.deepEqual(ids(await histories.of(ROOM, async () => [said(1), said(2)])), [1, 2])
})
