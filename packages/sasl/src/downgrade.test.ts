import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offerHash } from './downgrade.ts'

test('the example of XEP-0474', () => {
  const mechanisms = ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1']
  assert.equal(offerHash('SHA-1', mechanisms, ['tls-server-end-point', 'tls-exporter']), 'G6k/rBLDqgOhRRaCuuatSDFkJ08=')
})

test('no bindings is another offer than an empty list of them, and each hash has its length', () => {
  assert.notEqual(offerHash('SHA-256', ['PLAIN'], []), offerHash('SHA-256', ['PLAIN', ''], []))
  assert.notEqual(offerHash('SHA-256', ['A', 'B'], []), offerHash('SHA-256', ['A'], ['B']))
  assert.deepEqual(
    (['SHA-1', 'SHA-256', 'SHA-512'] as const).map((hash) => offerHash(hash, ['PLAIN'], []).length),
    [28, 44, 88],
  )
})
