import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, decodeInitialResponse } from './base64.ts'
import { availableMechanisms, MECHANISMS } from './mechanisms.ts'
import { preparePassword } from './prep.ts'
import { ProvenPasswords } from './proven.ts'
import { deriveScramKeys } from './scram-keys.ts'

test('what is offered depends on the connection', () => {
  const all = availableMechanisms({ tls: true, bindings: ['tls-exporter'], bearer: true })
  assert.deepEqual([...all, 'ANONYMOUS'], MECHANISMS)
  assert.deepEqual(availableMechanisms({ tls: true, bindings: [], bearer: true, anonymous: true }), ['ANONYMOUS'])
  assert.deepEqual(availableMechanisms({ tls: true, bindings: ['tls-exporter'] }), MECHANISMS.slice(0, -2))
  const scram = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1']
  assert.deepEqual(availableMechanisms({ tls: true, bindings: [] }), [...scram, 'PLAIN'])
  assert.deepEqual(availableMechanisms({ tls: false, bindings: [] }), scram)
  assert.deepEqual(availableMechanisms({ tls: false, bindings: [], bearer: true }), scram)
  const policy = { enabled: ['PLAIN', 'SCRAM-SHA-1'] as const }
  assert.deepEqual(availableMechanisms({ tls: true, bindings: ['tls-exporter'], policy }), ['SCRAM-SHA-1', 'PLAIN'])
  assert.deepEqual(availableMechanisms({ tls: true, bindings: [], policy, bearer: true }).at(-1), 'OAUTHBEARER')
})

test('base64 is strict', () => {
  assert.deepEqual(decodeBase64('AGE='), Buffer.from('\0a'))
  for (const text of ['AGE', 'AGE==', 'AG E=', 'AGE=\n', 'AGF=', 'A', '=', 'AG-_']) {
    assert.equal(decodeBase64(text), undefined, text)
  }
  assert.equal(decodeInitialResponse(''), null)
  assert.deepEqual(decodeInitialResponse('='), Buffer.alloc(0))
  assert.equal(decodeInitialResponse('!'), undefined)
})

test('SASLprep (RFC 4013 §3)', () => {
  const vectors: ReadonlyArray<readonly [string, string | undefined]> = [
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
    ['\u0007', undefined],
    ['\u06271', undefined],
    ['', undefined],
    ['\u{1FAE0}', '\u{1FAE0}'],
  ]
  for (const [text, expected] of vectors) assert.equal(preparePassword(text), expected, JSON.stringify(text))
})

test('proven passwords are bound to the keys they were proven against, and bounded', async () => {
  const proven = new ProvenPasswords(2)
  const make = (salt: string) => deriveScramKeys('pencil', { hash: 'SHA-1', salt: Buffer.from(salt), iterations: 1 })
  const [one, two, three] = [await make('1'), await make('2'), await make('3')]
  proven.remember('pencil', one)
  assert.ok(proven.has('pencil', one))
  assert.ok(!proven.has('pencil', two))
  assert.ok(!proven.has('eraser', one))
  proven.remember('pencil', two)
  assert.ok(proven.has('pencil', one))
  proven.remember('pencil', three)
  assert.ok(!proven.has('pencil', two))
  assert.ok(proven.has('pencil', one))
})
