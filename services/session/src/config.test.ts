import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HeliographConfig, loadConfig } from '@heliograph/config'
import { ensureDomain } from '@heliograph/jid'
import { sessionConfig } from './config.ts'

function ratesOf(domain: Partial<HeliographConfig['domains'][number]>) {
  const name = ensureDomain('guests.example')
  return sessionConfig({ ...loadConfig({ env: {} }), domains: [{ name, ...domain }] }).rates.get(name)
}

test('users without accounts may send less than others, unless their domain says what', () => {
  const anonymous = { loginsPerHour: 1, federation: false }
  const [others, guests] = [ratesOf({}), ratesOf({ anonymous })]
  assert.ok(others && guests && guests.stanzasPerSecond < others.stanzasPerSecond)
  assert.ok(guests.bytesPerSecond < others.bytesPerSecond)
  const rates = { stanzasPerSecond: 7 }
  assert.deepEqual(ratesOf({ anonymous, rates }), { ...guests, stanzasPerSecond: 7 })
  assert.equal(ratesOf({ anonymous, rates: { stanzasPerSecond: 0, bytesPerSecond: 0 } }), undefined)
})
