import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineModule, type Xep } from '@heliograph/module'
import type { Service } from '@heliograph/runtime'
import { capabilitiesOf } from './capability.ts'
import { doap } from './doap.ts'
import { capabilityPages } from './pages.ts'
import { capabilityTable } from './table.ts'

const service = (name: string, ...xeps: Xep[]): Service => ({
  name,
  needs: [],
  modules: [defineModule({ name, xeps })],
  start: () => Promise.reject(new Error('not started here')),
})

for (const { name, actual, expected } of capabilityPages()) {
  test(`${name} tells what the services declare`, () => {
    assert.ok(actual === expected, 'run: pnpm pages')
  })
}

test('a specification that several services implement is told once', () => {
  const [ping, ...others] = capabilitiesOf([
    service('b', { number: '0199', version: '2.0.1' }),
    service('a', { number: '0199', version: '2.0.1', note: 'slowly' }),
  ])
  assert.deepEqual(others, [])
  assert.deepEqual(ping?.services, ['a', 'b'])
  assert.deepEqual(ping?.notes, ['slowly'])
})

test('two versions of one specification are a mistake, and so is one without a title', () => {
  const versions = [
    service('a', { number: '0199', version: '2.0' }),
    service('b', { number: '0199', version: '2.0.1' }),
  ]
  assert.throws(() => capabilitiesOf(versions), /2\.0 and as 2\.0\.1/)
  assert.throws(() => capabilitiesOf([service('a', { number: '9999', version: '1' })]), /no title/)
})

test('what is missing makes a capability partial', () => {
  const capabilities = capabilitiesOf([service('a', { number: '0077', version: '2.4', note: 'no forms' })])
  assert.match(doap(capabilities, '1.0'), /<xmpp:status>partial<.*>no forms</s)
  assert.match(capabilityTable(capabilities), /XEP-0077.*In-Band Registration \| 2\.4 \| a \| no forms/)
})
