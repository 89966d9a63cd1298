import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Shares } from './shares.ts'

const domains = ['a', 'b', 'c', 'd'].map((name) => ensureDomain(`${name}.example`))

test('however many take all they can there is room for another', () => {
  const shares = new Shares({ stanzas: 1_000, bytes: 1_000_000 })
  const taken = domains.map((domain) => {
    let count = 0
    while (shares.take(domain, 1)) count++
    return count
  })
  assert.deepEqual(taken, [500, 250, 125, 62])
  for (let i = 0; i < 500; i++) shares.leave(domains[0]!, 1)
  assert.equal(shares.take(domains[3]!, 1), true)
  assert.equal(shares.stanzas, 438)
})

test('bytes are shared as well', () => {
  const shares = new Shares({ stanzas: 1_000, bytes: 1_000 })
  const took = domains.map((domain) => [shares.take(domain, 400), shares.take(domain, 101)])
  assert.deepEqual(took, [
    [true, false],
    [false, true],
    [false, true],
    [false, true],
  ])
})
