import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hosts, type Ownership, type Router } from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { FanoutService } from './fanout-service.ts'

test('a hand-over waits for what others owe, but not for ever, as for a server that takes nothing', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const { log, metrics, tracer } = silentTelemetry()
  const service = new FanoutService({
    config: { flapBurst: 2, flapWindowMs: 50, cachedPublishers: 100 },
    ...{ log, metrics, tracing: tracer, hosts: new Hosts([]), rosters: { watchers: () => assert.fail() } },
  })
  const router: Partial<Router> = { serve: () => {}, settled: () => new Promise(() => {}) }
  service.attach({ router: router as Router, ownership: {} as Ownership })
  let isDone = false
  const unloaded = service.tenancy.unload(7, 'handover').then(() => {
    isDone = true
  })
  await new Promise(setImmediate)
  test.mock.timers.tick(1_999)
  await new Promise(setImmediate)
  assert.equal(isDone, false)
  test.mock.timers.tick(1)
  await unloaded
})
