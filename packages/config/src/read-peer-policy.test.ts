import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'
import { readPeerPolicy } from './read-peer-policy.ts'

const directory = mkdtempSync(join(tmpdir(), 'hg-policy-'))
after(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'policy.yaml')
const env = (mode: string) => ({
  HELIOGRAPH_MODE: mode,
  HELIOGRAPH_NATS_SERVERS: 'nats://127.0.0.1',
  HELIOGRAPH_REDIS_URL: 'redis://127.0.0.1',
  HELIOGRAPH_FEDERATION_ENABLED: 'true',
  HELIOGRAPH_FEDERATION_POLICY_FILE: file,
  HELIOGRAPH_FEDERATION_MIN_TLS: 'TLSv1.3',
  HELIOGRAPH_FEDERATION_INBOUND_STANZAS_PER_SECOND: '7',
})

function policyOf(text: string, mode = 'standalone') {
  writeFileSync(file, text)
  return readPeerPolicy(loadConfig({ env: env(mode) }))
}

test('what the file says holds, the rest as configured', () => {
  const policy = policyOf(
    'others: deny\ninbound: { kinds: [message] }\npeers: [{ domain: news.example, allow: inbound }]',
  )
  assert.deepEqual([policy.others, policy.minTls, policy.authentication], ['deny', 'TLSv1.3', 'certificates'])
  assert.deepEqual(policy.inbound, { kinds: ['message'], stanzasPerSecond: 7, bytesPerSecond: 0, burstSeconds: 10 })
  assert.deepEqual(policy.peers, [{ domain: 'news.example', allow: 'inbound' }])
  assert.equal(policyOf('').others, 'allow')
})

test('files of authorities that can’t be used are told, all at once, and where', () => {
  const empty = join(directory, 'empty.pem')
  writeFileSync(empty, '')
  const peers = `peers: [{ domain: a.example, ca: ['${empty}', /nowhere.pem] }]`
  const expected = /2 mistakes.*peers\.0\.ca\.0: .*empty\.pem.*no certificate.*peers\.0\.ca\.1: .*ENOENT/s
  assert.throws(() => policyOf(peers), expected)
  writeFileSync(file, `federation: { enabled: true, ${peers} }`)
  const load = (more: object = {}) => loadConfig({ file, env: { ...more } })
  assert.throws(load, /2 mistakes.*federation\.peers\.0\.ca\.0: .*federation\.peers\.0\.ca\.1: .*:1:/s)
  assert.throws(() => load({ HELIOGRAPH_FEDERATION_CRL: '/lists.pem' }), /peers\.0\.ca: can’t be used together/)
  // It has them where its gateways are.
  writeFileSync(file, `federation: { enabled: true, ${peers} }`)
  assert.doesNotThrow(() =>
    loadConfig({ file, env: { ...env('cluster'), HELIOGRAPH_FEDERATION_POLICY_FILE: undefined } }),
  )
})

test('a file that can’t be used says where', () => {
  assert.throws(
    () => policyOf('peers:\n  - { domain: news.example, inbound: { kinds: [letters] } }'),
    (error: unknown) => error instanceof ConfigError && /peers\.0\.inbound\.kinds\.0.*:2:/.test(error.message),
  )
  assert.throws(() => policyOf('authentication: dialback', 'cluster'), /federation\.secret/)
})
