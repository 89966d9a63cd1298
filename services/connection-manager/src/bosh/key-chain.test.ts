import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyChain } from './key-chain.ts'

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

/** K(1) … K(n), as a client makes them (XEP-0124 §15.3). */
function chain(seed: string, n: number): string[] {
  const keys: string[] = []
  for (let key = seed; keys.length < n; keys.push(key)) key = sha1(key)
  return keys
}

test('without a first key there are none', () => {
  const keys = new KeyChain(undefined)
  assert.ok(keys.accepts(undefined, undefined))
  assert.ok(keys.accepts(sha1('anything'), undefined))
})

test('a whole chain is accepted, backwards, and then another', () => {
  const first = chain('foo', 5)
  const second = chain('bar', 3)
  const keys = new KeyChain(first[4])
  for (const key of [first[3], first[2], first[1]]) assert.ok(keys.accepts(key, undefined))
  assert.ok(keys.accepts(first[0], second[2]))
  assert.ok(keys.accepts(second[1], undefined))
})

test('upper case is the same', () => {
  const [k1, k2] = chain('foo', 2) as [string, string]
  assert.ok(new KeyChain(k2.toUpperCase()).accepts(k1, undefined))
  const upper = k1.toUpperCase()
  assert.ok(new KeyChain(sha1(upper)).accepts(upper, undefined))
})

test('nothing else is accepted, and changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.stringMatching(/^[0-9a-f]{40}$/), { nil: undefined }), (seed, wrong) => {
      const [k1, k2] = chain(seed, 2) as [string, string]
      fc.pre(wrong !== k1)
      const keys = new KeyChain(k2)
      assert.ok(!keys.accepts(wrong, sha1('mine')))
      assert.ok(keys.accepts(k1, undefined))
    }),
  )
})
