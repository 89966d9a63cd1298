import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Domain, Jid } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import type { ComponentStream } from './component-stream.ts'
import { Inbound } from './inbound.ts'

const reply = stanza('message', { from: 'nobody@capulet.example' as Jid, to: 'sms.example' as Domain, type: 'error' })

/** A stream of a component that reads what it is told to. */
function stream() {
  const calls: string[] = []
  const unread: (() => void)[] = []
  const inbound = new Inbound({
    context: { events: { stalled: () => {} } },
    xml: { hold: () => calls.push('hold'), release: () => calls.push('release') },
    deliver: (_stanza: unknown, settle: () => void) => unread.push(settle),
  } as unknown as ComponentStream)
  return { inbound, calls, unread }
}

test('a component that doesn’t read what is wrong with its stanzas isn’t read', () => {
  const { inbound, calls, unread } = stream()
  for (let i = 0; i < 1_023; i++) inbound.answer(reply)
  assert.deepEqual(calls, [])
  inbound.answer(reply)
  assert.deepEqual(calls, ['hold'])
  for (const settle of unread.splice(0, 511)) settle()
  assert.deepEqual(calls, ['hold'])
  for (const settle of unread) settle()
  assert.deepEqual(calls, ['hold', 'release'])
})

test('one that is drained stays unread', async () => {
  const { inbound, calls, unread } = stream()
  for (let i = 0; i < 1_024; i++) inbound.answer(reply)
  const drained = inbound.settled(new AbortController().signal)
  for (const settle of unread) settle()
  await drained
  assert.deepEqual(calls, ['hold'])
})
