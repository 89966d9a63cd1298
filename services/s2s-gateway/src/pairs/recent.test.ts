import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '@heliograph/stanza'
import { type Entry, entryOf } from './entry.ts'
import { Recent } from './recent.ts'

const entry = (key: string): Entry => entryOf(stanza('message', { to: 'a@b.example' as never }), key)

test('what waits is found, what was sent is known, what has no key is always new', () => {
  const recent = new Recent()
  const waiting = entry('one')
  recent.add(waiting)
  assert.equal(recent.find('one'), waiting)
  recent.done(waiting)
  assert.equal(recent.find('one'), 'done')
  recent.add(entry(''))
  assert.equal(recent.find(''), undefined)
  assert.equal(recent.find('two'), undefined)
})

test('the oldest of what was sent is forgotten, never what waits', () => {
  const recent = new Recent()
  const waiting = entry('waits')
  recent.add(waiting)
  for (let i = 0; i < 5_000; i++) {
    const sent = entry(String(i))
    recent.add(sent)
    recent.done(sent)
  }
  assert.equal(recent.find('waits'), waiting)
  assert.equal(recent.find('0'), undefined)
  assert.equal(recent.find('4999'), 'done')
})

test('what was done since then is known, and what a former owner had sent', (test) => {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const recent = new Recent()
  recent.remember(['early'])
  now = 1_000
  recent.remember(['late'])
  recent.hadSent(['sent'])
  assert.deepEqual(recent.since(1_000), ['late'])
  assert.deepEqual([recent.find('sent'), recent.wasSent('sent'), recent.wasSent('late')], ['done', true, false])
})
