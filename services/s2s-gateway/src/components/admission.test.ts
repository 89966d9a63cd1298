import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HeliographConfig } from '@heliograph/config'
import { admits } from './admission.ts'
import { definitionsOf } from './definition.ts'

const defined = (...froms: string[][]) =>
  definitionsOf({
    components: froms.map((from, at) => ({ domains: [`c${at}.example`], from })),
  } as unknown as HeliographConfig)

test('a connection from where no component may come isn’t let in', () => {
  const definitions = defined(['192.0.2.0/24'], ['2001:db8::/32', '198.51.100.7/32'])
  for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::1', '198.51.100.7'])
    assert.equal(admits(address, definitions, 0), true, address)
  for (const address of ['203.0.113.1', '2001:db9::1', ''])
    assert.equal(admits(address, definitions, 0), false, address)
  assert.equal(admits('203.0.113.1', defined(['192.0.2.0/24'], []), 0), true)
})

test('nor one too many', () => {
  assert.deepEqual(
    [63, 64].map((unproven) => admits('192.0.2.9', defined([]), unproven)),
    [true, false],
  )
})
