import assert from 'node:assert/strict'
import { test } from 'node:test'
import { terminalLine } from './terminal-line.ts'

const shared = { time: '2026-01-02T03:04:05.678Z', level: 'info', service: 'muc', instance: 'muc-1' }

test('a line for people holds the time, the level, the event and the fields', () => {
  const line = terminalLine({ ...shared, event: 'room_loaded', room: 'a@b', occupants: 3, topic: 'two words' })
  assert.equal(line, '03:04:05.678 info  room_loaded room=a@b occupants=3 topic="two words"')
})

test('an error is its message, and its stack follows', () => {
  const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at here\n    at there' }
  const line = terminalLine({ ...shared, level: 'error', event: 'crashed', error })
  assert.equal(line, '03:04:05.678 error crashed error="no"\n    at here\n    at there')
})
