import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clark, internName, internNamespace } from './names.ts'

const codes = (text: string) => Uint16Array.from(text, (c) => c.charCodeAt(0))

test('a usual name is one object, whatever text it stands in', () => {
  const one = internName('xstream:featuresy', codes('xstream:featuresy'), 1, 16, 77)
  const two = internName('stream:features', codes('stream:features'), 0, 15, 77)
  assert.equal(one, two)
  assert.deepEqual([one.qname, one.prefix, one.local], ['stream:features', 'stream', 'features'])
})

test('names that share a slot are told apart', () => {
  for (const text of ['to', 'id', 'to', 'é', 'id'])
    assert.equal(internName(text, codes(text), 0, text.length, 5).qname, text)
  for (const text of ['ab', 'ba', '', 'é']) assert.equal(internNamespace(text, codes(text), 0, text.length), text)
})

test('many Clark names do not change what they are', () => {
  for (let i = 0; i < 5000; i++) assert.equal(clark(`u${i % 50}`, `n${i}`), `{u${i % 50}}n${i}`)
  assert.equal(clark('', 'x'), '{}x')
})
