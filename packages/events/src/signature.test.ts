import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { isSigned, sign } from './signature.ts'

const secret = 'a secret'
const body = '{"events":[]}'
const now = 1_700_000_000

test('a signature is good for its body, its secret and its time', () => {
  const header = sign(secret, body, now)
  const expected = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')
  assert.equal(header, `t=${now},v1=${expected}`)
  assert.ok(isSigned(header, { secret, body, now }))
  assert.ok(isSigned(header, { secret, body: Buffer.from(body), now: now + 300 }))
  assert.ok(!isSigned(header, { secret, body, now: now + 301 }))
  assert.ok(!isSigned(header, { secret, body, now: now - 301 }))
  assert.ok(!isSigned(header, { secret: 'another', body, now }))
  assert.ok(!isSigned(header, { secret, body: `${body} `, now }))
  assert.ok(!isSigned(header.replace(String(now), String(now + 1)), { secret, body, now }))
})

test('what is no signature isn’t one', () => {
  for (const header of [
    undefined,
    '',
    't=1',
    'v1=00',
    `t=${now},v1=${'0'.repeat(64)}`,
    `t=${now},v1=${'0'.repeat(63)}`,
  ])
    assert.ok(!isSigned(header, { secret, body, now }))
})
