import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { PeerPolicy } from './peer-policy.ts'

test('what is said of a domain holds for it, the rest for all others', () => {
  const policy = new PeerPolicy({
    others: 'deny',
    authentication: 'certificates',
    peers: [
      { domain: 'both.example', allow: 'both' },
      { domain: 'news.example', allow: 'inbound', authentication: 'dialback' },
      { domain: 'never.example', allow: 'nothing' },
    ],
  })
  const of = (domain: string) => policy.of(ensureDomain(domain))
  assert.deepEqual(of('both.example'), { inbound: true, outbound: true, authentication: 'certificates' })
  assert.deepEqual(of('news.example'), { inbound: true, outbound: false, authentication: 'dialback' })
  assert.deepEqual(of('never.example'), { inbound: false, outbound: false, authentication: 'certificates' })
  assert.deepEqual(of('other.example'), of('never.example'))
})
