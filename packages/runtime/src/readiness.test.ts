import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Readiness } from './readiness.ts'

test('it is ready when every path answers and no service has a problem', async () => {
  const readiness = new Readiness([{ name: 'bus', ping: async () => undefined }], () => [{ ready: async () => [] }])
  assert.deepEqual(await readiness.problems(), [])
})

test('every problem is told, each by name', async () => {
  const probes = [
    { name: 'bus', ping: () => Promise.reject(new Error('time-out')) },
    { name: 'database', ping: async () => undefined },
  ]
  const services = [{ ready: async () => ['no partition'] }, { ready: () => Promise.reject(new Error('odd')) }]
  const readiness = new Readiness(probes, () => services)
  assert.deepEqual(await readiness.problems(), ['bus: time-out', 'no partition', 'service: odd'])
})

test('a path that never answers is a problem after 2 s, whatever its adapter does', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const readiness = new Readiness([{ name: 'bus', ping: () => new Promise(() => undefined) }], () => [])
  const asked = readiness.problems()
  context.mock.timers.tick(2_000)
  assert.deepEqual(await asked, ['bus: no answer'])
})

test('questions asked at the same time are answered by one round of pings', async () => {
  let pings = 0
  const ping = async (): Promise<void> => {
    pings += 1
  }
  const readiness = new Readiness([{ name: 'bus', ping }], () => [])
  await Promise.all([readiness.problems(), readiness.problems()])
  await readiness.problems()
  assert.equal(pings, 2)
})
