import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineModule, type Xep } from '@heliograph/module'
import type { Service } from '@heliograph/runtime'
import { capabilitiesOf } from './capability.ts'
import { complianceSummary, complianceTable } from './compliance.ts'
import type { Requirement } from './compliance-suite.ts'
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

test('a row of the suite is met by what is declared, by the right service, without anything missing', () => {
  const row = (level: Requirement['level'], number: string, by?: string): Requirement => ({
    category: 'Core',
    feature: number,
    level,
    providers: [{ kind: 'XEP', number, ...(by !== undefined && { by }) }],
  })
  const capabilities = capabilitiesOf([
    service('a', { number: '0199', version: '2.0.1' }, { number: '0077', version: '2.4', note: 'no forms' }),
  ])
  const suite = [row('server', '0199'), row('advanced', '0077'), row('advanced', '0199', 'b'), row('advanced', '0114')]
  const cells = complianceTable(suite, capabilities).split('\n').slice(2)
  assert.deepEqual(
    cells.map((line) => line.split(' | ').slice(4)),
    [
      ['yes', ' |'],
      ['in part', 'no forms |'],
      ['no', 'no XEP-0199 |'],
      ['no', 'no XEP-0114 |'],
    ],
  )
  assert.match(
    complianceSummary(suite, capabilities),
    /\| Core \| reached \| all but XEP-0199, XEP-0114 \|\n\| Web \| reached \| all but what Core lacks \|/,
  )
})
