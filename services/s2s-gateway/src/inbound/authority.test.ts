import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Authority } from './authority.ts'

const [theirs, other, ours, rooms] = ['theirs.example', 'other.example', 'ours.example', 'rooms.ours.example'].map(
  ensureDomain,
)

test('a certificate is good towards all our domains, dialback towards one', () => {
  const authority = new Authority()
  assert.equal(authority.isEmpty, true)
  authority.grantPair(other!, ours!)
  authority.grant(theirs!)
  assert.deepEqual(
    [authority.covers(other!, ours!), authority.covers(other!, rooms!), authority.has(other!)],
    [true, false, true],
  )
  assert.deepEqual([authority.covers(theirs!, ours!), authority.covers(theirs!, rooms!)], [true, true])
  assert.deepEqual([authority.has(ours!), authority.isEmpty], [false, false])
})

test('one stream isn’t good for any number of pairs', () => {
  const authority = new Authority()
  const grant = (i: number): boolean => authority.grantPair(ensureDomain(`d${i}.example`), ours!)
  for (let i = 0; i < 100; i++) assert.equal(grant(i), true)
  assert.deepEqual([grant(0), grant(100), authority.has(ensureDomain('d100.example'))], [true, false, false])
})
