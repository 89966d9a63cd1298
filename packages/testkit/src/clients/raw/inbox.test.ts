import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Element } from '@heliograph/xml'
import { Inbox } from './inbox.ts'

test('elements are taken by what matches; the others stay in order', async () => {
  const inbox = new Inbox()
  for (const id of ['1', '2', '3']) inbox.put(new Element('message', { id }))
  assert.equal((await inbox.take((element) => element.attrs.id === '2', 10)).attrs.id, '2')
  assert.deepEqual(
    inbox.takeAll('message').map((element) => element.attrs.id),
    ['1', '3'],
  )
})

test('who waits gets the element that comes, and nobody else does', async () => {
  const inbox = new Inbox()
  const waiting = inbox.take('iq', 1_000)
  inbox.put(new Element('presence'))
  inbox.put(new Element('iq'))
  assert.equal((await waiting).getName(), 'iq')
  assert.equal(inbox.takeAll('iq').length, 0)
})

test('waiting ends with what is there instead, or with the connection', async () => {
  const inbox = new Inbox()
  inbox.put(new Element('presence'))
  await assert.rejects(inbox.take('iq', 5), /<presence/)
  const waiting = inbox.take('iq', 1_000)
  inbox.end(new Error('lost'))
  await assert.rejects(waiting, /lost/)
  await assert.rejects(inbox.take('iq', 1_000), /lost/)
})
