import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from './redact.ts'

test('only the size of content is told', () => {
  assert.equal(redact('žába'), '6 bytes')
  assert.equal(redact(new Uint8Array(3)), '3 bytes')
})
