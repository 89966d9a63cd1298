import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breaksConnection, FencedError, isUnavailable, UnavailableError } from './errors.ts'

const withCode = (code: string): Error => Object.assign(new Error(code), { code })

test('network failures and a server going down are unavailability', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '25006'])
    assert.equal(isUnavailable(withCode(code)), true, code)
  assert.equal(isUnavailable(new Error('Connection terminated unexpectedly')), true)
  assert.equal(isUnavailable(new AggregateError([withCode('ECONNREFUSED')])), true)
  assert.equal(isUnavailable(new UnavailableError('x')), true)
})

test('a faulty statement, a fence and an unknown failure are not', () => {
  for (const code of ['42601', '23505', '22021', '28P01', 'HG001'])
    assert.equal(isUnavailable(withCode(code)), false, code)
  assert.equal(isUnavailable(new FencedError('a')), false)
  assert.equal(isUnavailable(new Error('boom')), false)
  assert.equal(isUnavailable('boom'), false)
})

test('a cancelled or conflicting statement leaves its connection usable', () => {
  assert.equal(breaksConnection(withCode('57014')), false)
  assert.equal(breaksConnection(withCode('40P01')), false)
  assert.equal(breaksConnection(withCode('57P01')), true)
  assert.equal(breaksConnection(withCode('23505')), false)
})
