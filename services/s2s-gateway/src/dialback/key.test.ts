import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { DialbackKeys } from './key.ts'

const receiving = ensureDomain('xmpp.example.com')
const originating = ensureDomain('example.org')

test('keys are those of XEP-0185, and recognised', () => {
  const keys = new DialbackKeys('s3cr3tf0rd14lb4ck')
  const key = '37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643'
  assert.equal(keys.keyFor(receiving, originating, 'D60000229F'), key)
  assert.equal(keys.isKeyFor(` ${key}\n`, receiving, originating, 'D60000229F'), true)
  assert.equal(keys.isKeyFor(key, receiving, originating, 'D60000229E'), false)
  assert.equal(keys.isKeyFor(key, originating, receiving, 'D60000229F'), false)
  assert.equal(keys.isKeyFor('', receiving, originating, 'D60000229F'), false)
})
