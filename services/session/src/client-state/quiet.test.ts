import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stanza } from '../../test/support/people.ts'
import { Quiet } from './quiet.ts'

const delivery = (body: string) => ({ stanza: stanza(`<message><body>${body}</body></message>`), id: 0 })
const drained = (quiet: Quiet) => quiet.drain().map((each) => each.stanza.childText('body', 'jabber:client'))

test('of one key the latest is kept, where it came; without a key everything is', () => {
  const quiet = new Quiet({ stanzas: 10, bytes: 1_000 })
  assert.equal(quiet.hold('a', delivery('a1')), 'held')
  assert.equal(quiet.hold('', delivery('x')), 'held')
  assert.equal(quiet.hold('', delivery('y')), 'held')
  assert.equal(quiet.hold('a', delivery('a2')), 'replaced')
  assert.equal(quiet.shift()?.stanza.childText('body', 'jabber:client'), 'x')
  assert.deepEqual(drained(quiet), ['y', 'a2'])
  assert.deepEqual([quiet.length, quiet.bytes, quiet.shift()], [0, 0, undefined])
})

test('at either bound nothing more is kept; what replaces something still is', () => {
  const few = new Quiet({ stanzas: 2, bytes: 1_000 })
  for (const key of ['a', 'b']) few.hold(key, delivery(key))
  assert.deepEqual([few.hold('c', delivery('c')), few.hold('a', delivery('again'))], ['full', 'replaced'])
  const small = new Quiet({ stanzas: 10, bytes: 60 })
  assert.equal(small.hold('a', delivery('x'.repeat(30))), 'held')
  assert.equal(small.hold('b', delivery('x'.repeat(30))), 'full')
})

test('what is kept is the latest of each key, in order of coming', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (keys) => {
      const quiet = new Quiet({ stanzas: 100, bytes: 100_000 })
      for (const [n, key] of keys.entries()) quiet.hold(key, delivery(`${key}${n}`))
      const latest = [...new Set(keys.toReversed())].reverse()
      assert.deepEqual(
        drained(quiet),
        latest.map((key) => `${key}${keys.lastIndexOf(key)}`),
      )
    }),
  )
})
