import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Inbox } from './inbox.ts'

const MIB = 1024 * 1024

test('an envelope in pieces is put together', () => {
  const inbox = new Inbox()
  assert.equal(inbox.assemble(Buffer.from('ab'), false), undefined)
  assert.equal(String(inbox.assemble(Buffer.from('c'), true)), 'abc')
})

test('an envelope larger than any that is sent is not kept, and the next one is taken', () => {
  const inbox = new Inbox()
  const part = Buffer.alloc(MIB)
  for (let i = 0; i < 100; i++) assert.equal(inbox.assemble(part, false), undefined)
  assert.equal(inbox.assemble(part, true), 'too-large')
  inbox.assemble(Buffer.from('a'), false)
  assert.equal(String(inbox.assemble(Buffer.from('b'), true)), 'ab')
})
