import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HeliographConfig } from './heliograph-config.ts'
import { ReloadableConfig } from './live-config.ts'
import { loadConfig } from './load-config.ts'
import { optionTable } from './options.ts'
import { EFFECTS, effectOf } from './takes-effect.ts'

const at = (option: string): Record<string, unknown> => {
  const [key = '', ...rest] = option.split('.').reverse()
  return rest.reduce<Record<string, unknown>>((inner, outer) => ({ [outer]: inner }), { [key]: 'other' })
}

/** The configuration with something else at that option. */
function changed(config: HeliographConfig, change: Record<string, unknown>): HeliographConfig {
  const merged: Record<string, unknown> = { ...config }
  for (const [key, value] of Object.entries(change)) {
    const before = merged[key]
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value)
    merged[key] = isSection ? changed((before ?? {}) as HeliographConfig, value as Record<string, unknown>) : value
  }
  return merged as unknown as HeliographConfig
}

const config = loadConfig({ env: {} })

test('what takes effect without a restart is an option, or a section of some', () => {
  const paths = optionTable().options.map(({ path }) => path.join('.'))
  for (const name of EFFECTS.keys())
    assert.ok(
      paths.some((path) => path === name || path.startsWith(`${name}.`)),
      name,
    )
})

test('each option changes at a reload, or is named as one that needs a restart', () => {
  for (const { path } of optionTable().options) {
    const name = path.join('.')
    if (name === 'instance' || name === 'domains') continue
    const live = new ReloadableConfig(config)
    const effect = effectOf(path)
    const expected = effect !== undefined && !effect.waits?.([], 'other')
    const change = live.take(changed(config, at(name)))
    assert.deepEqual([...change.changed, ...change.needsRestart], [name])
    assert.equal(change.changed.length === 1, expected, name)
  }
})

test('some changes of an option wait for a restart, others do not', () => {
  const cases: [option: string, before: unknown, after: unknown, waits: boolean][] = [
    ['adminApi.tokens', [], [{}], true],
    ['adminApi.tokens', [{}], [{}, {}], false],
    ['adminApi.tokens', [{}], [], true],
    ['federation.queueSeconds', 0, 60, true],
    ['federation.queueSeconds', 60, 90, false],
    [
      'domains',
      [{ name: 'a' }],
      [{ name: 'a', admins: [], maxAccounts: 3, retentionDays: 7, rates: {}, contacts: {}, strangers: {} }],
      false,
    ],
    ['domains', [{ name: 'a' }], [{ name: 'a' }, { name: 'b', certificate: {} }], false],
    ['domains', [{ name: 'a' }], [{ name: 'b' }, { name: 'a' }], true],
    ['domains', [{ name: 'a' }, { name: 'b' }], [{ name: 'a' }], true],
    ['domains', [{ name: 'a' }], [{ name: 'a' }, { name: 'b', anonymous: {} }], true],
    ['domains', [{ name: 'a' }], [{ name: 'a', anonymous: {} }], true],
  ]
  for (const [option, before, after, waits] of cases)
    assert.equal(effectOf(option.split('.'))?.waits?.(before, after), waits, option)
})
