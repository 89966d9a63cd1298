import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { silentTelemetry } from '@heliograph/telemetry'
import { ServerCapabilities } from './server-capabilities.ts'

const domain = ensureDomain('capulet.example')

test('streams don’t wait for the capabilities; once known they are told, and asked for again after a minute', async () => {
  const reply = { node: 'urn:x:server', ver: 'ver=', sha256: 'two', sha3: 'three' }
  let [now, asked, fails] = [0, 0, false]
  const ofServer = async () => {
    asked++
    if (fails) throw new Error('nobody there')
    return reply
  }
  const capabilities = new ServerCapabilities({ ofServer }, silentTelemetry().log, () => now)
  assert.equal(capabilities.featureOf(domain), '')
  await new Promise(setImmediate)
  const feature = capabilities.featureOf(domain)
  assert.match(feature, /<c xmlns='http:\/\/jabber.org\/protocol\/caps' hash='sha-1' node='urn:x:server' ver='ver='\/>/)
  assert.match(feature, /<hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>three<\/hash><\/c>$/)
  assert.equal(asked, 1)
  now += 61_000
  fails = true
  assert.equal(capabilities.featureOf(domain), feature)
  await new Promise(setImmediate)
  assert.deepEqual([capabilities.featureOf(domain), asked], [feature, 2])
  // What could not be told is asked for again soon.
  now += 1_000
  assert.equal(capabilities.featureOf(domain), feature)
  assert.equal(asked, 3)
})
