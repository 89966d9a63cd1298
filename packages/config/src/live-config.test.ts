import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIVE_OPTIONS, ReloadableConfig } from './live-config.ts'
import { loadConfig } from './load-config.ts'
import { optionTable } from './options.ts'

const load = (env: Record<string, string>) => loadConfig({ env })

test('live options are options', () => {
  const all = new Set(optionTable().options.map(({ path }) => path.join('.')))
  for (const name of LIVE_OPTIONS) assert.ok(all.has(name), name)
})

test('live options change, others are named and stay', () => {
  const live = new ReloadableConfig(load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'warn' }))
  const seen: string[] = []
  live.onChange(
    ({ telemetry }) =>
      () =>
        seen.push(telemetry.logLevel),
  )
  const change = live.take(
    load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'debug', HELIOGRAPH_ADMINS: 'a@b', HELIOGRAPH_LIMITS_CONNECTIONS: '7' }),
  )
  assert.deepEqual(change, { changed: ['admins', 'telemetry.logLevel'], needsRestart: ['limits.connections'] })
  assert.deepEqual(live.current.admins, ['a@b'])
  assert.notEqual(live.current.limits.connections, 7)
  assert.deepEqual(seen, ['debug'])
  const again = live.take(load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'debug', HELIOGRAPH_ADMINS: 'a@b' }))
  assert.deepEqual(again, { changed: [], needsRestart: [] })
})

test('what one part can not take nobody takes', () => {
  const live = new ReloadableConfig(load({}))
  let taken = 0
  live.onChange(() => () => taken++)
  live.onChange(({ admins }) => {
    if (admins.includes('bad@b')) throw new Error('no such admin')
    return () => taken++
  })
  assert.throws(() => live.take(load({ HELIOGRAPH_ADMINS: 'bad@b' })), /no such admin/)
  assert.deepEqual([taken, live.current.admins], [0, []])
  live.take(load({ HELIOGRAPH_ADMINS: 'a@b' }))
  assert.equal(taken, 2)
})
