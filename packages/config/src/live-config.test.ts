import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { ReloadableConfig } from './live-config.ts'
import { loadConfig } from './load-config.ts'

const load = (env: Record<string, string>) => loadConfig({ env })

test('live options change, others are named and stay', () => {
  const live = new ReloadableConfig(load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'warn' }))
  const seen: string[] = []
  live.onChange(
    ({ telemetry }) =>
      () =>
        seen.push(telemetry.logLevel),
  )
  const change = live.take(
    load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'debug', HELIOGRAPH_ADMINS: 'a@b', HELIOGRAPH_LIMITS_DEPTH: '70' }),
  )
  assert.deepEqual(change, { changed: ['admins', 'telemetry.logLevel'], needsRestart: ['limits.depth'] })
  assert.deepEqual(live.current.admins, ['a@b'])
  assert.notEqual(live.current.limits.depth, 70)
  assert.deepEqual(seen, ['debug'])
  const again = live.take(load({ HELIOGRAPH_TELEMETRY_LOG_LEVEL: 'debug', HELIOGRAPH_ADMINS: 'a@b' }))
  assert.deepEqual(again, { changed: [], needsRestart: [] })
})

test('what somebody can not take nobody takes, and all that anybody minds is said at once', () => {
  const live = new ReloadableConfig(load({}))
  let taken = 0
  live.onChange(() => () => taken++)
  for (const reason of ['no such admin', 'no such admin', 'admins are many']) {
    live.onChange(({ admins }) => {
      if (admins.includes('bad@b')) throw new Error(reason)
      return () => taken++
    })
  }
  live.onChange(({ admins }) => {
    if (admins.includes('bad@b')) throw new ConfigError([{ option: 'admins.0', message: 'is bad' }])
    return () => taken++
  })
  assert.throws(
    () => live.take(load({ HELIOGRAPH_ADMINS: 'bad@b' })),
    /has 3 mistakes:\n {2}- no such admin\n {2}- admins are many\n {2}- admins.0: is bad$/,
  )
  assert.deepEqual([taken, live.current.admins], [0, []])
  live.take(load({ HELIOGRAPH_ADMINS: 'a@b' }))
  assert.equal(taken, 5)
})
