import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '@heliograph/bus'
import { ensureDomain, ensureJid } from '@heliograph/jid'
import { Hosts, pairKey } from './hosts.ts'

const hosts = new Hosts([ensureDomain('example.org'), ensureDomain('example.com')])
const alice = ensureJid('alice@example.org/phone')

test('the domain of an address says what kind of owner it has', () => {
  const kinds = [
    ['bob@example.com', Kind.user],
    ['example.org', Kind.user],
    ['room@conference.example.org/nick', Kind.room],
    ['pubsub.example.com', Kind.node],
    ['upload.example.com', Kind.user],
    ['bob@example.net', Kind.domain],
    ['room@conference.example.net', Kind.domain],
  ] as const
  for (const [jid, kind] of kinds) assert.equal(hosts.kindOf(ensureJid(jid)), kind, jid)
})

test('only an account of a domain served here is a local user', () => {
  assert.equal(hosts.isLocalUser(alice), true)
  for (const jid of [
    'example.org',
    'upload.example.org',
    'bob@upload.example.org',
    'room@conference.example.org',
    'bob@example.net',
  ]) {
    assert.equal(hosts.isLocalUser(ensureJid(jid)), false, jid)
  }
})

test('the key is the bare address here, and the pair of domains for others', () => {
  assert.equal(hosts.keyOf(ensureJid('bob@example.com/desk'), alice), 'bob@example.com')
  assert.equal(hosts.keyOf(ensureJid('bob@example.net/desk'), alice), 'example.org example.net')
  assert.equal(pairKey(ensureDomain('example.org'), ensureDomain('example.net')), 'example.org example.net')
})
