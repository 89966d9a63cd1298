import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type HmacHash, hmac } from './hmac.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))

test('it is the HMAC that OpenSSL makes, for keys shorter and longer than a block', () => {
  fc.assert(
    fc.property(fc.constantFrom<HmacHash>('sha1', 'sha256', 'sha512'), bytes, bytes, (hash, key, data) => {
      assert.deepEqual(hmac(hash, key, data), createHmac(hash, key).update(data).digest())
    }),
  )
})

test('text is taken as UTF-8', () => {
  const key = Buffer.from('key')
  assert.deepEqual(hmac('sha256', key, 'Zoë'), createHmac('sha256', key).update('Zoë').digest())
})
