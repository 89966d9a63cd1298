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

test('a domain that is added is served with its services', () => {
  const growing = new Hosts([ensureDomain('example.org')])
  const [room, upload] = [ensureJid('room@conference.example.net'), ensureJid('upload.example.net')]
  assert.equal(growing.kindOf(room), Kind.domain)
  growing.grow(['example.org', 'example.net'].map(ensureDomain), [ensureDomain('sms.example.net')])
  assert.deepEqual([growing.kindOf(room), growing.isUpload(upload)], [Kind.room, true])
  assert.deepEqual(growing.domains, ['example.org', 'example.net'])
  assert.deepEqual(growing.services(ensureDomain('example.net')).toSorted(), [
    'conference.example.net',
    'pubsub.example.net',
    'sms.example.net',
  ])
  assert.equal(growing.isLocalUser(alice), true)
})
