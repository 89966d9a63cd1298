import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HeliographConfig, loadConfig } from '@heliograph/config'
import { healthContract, instanceContract, RpcClients } from '@heliograph/rpc'
import type { Service } from './service.ts'
import { type ProcessDefinition, startProcess } from './start-process.ts'

const config = loadConfig({
  env: {
    HELIOGRAPH_LISTEN_RPC: '127.0.0.1:0',
    HELIOGRAPH_LISTEN_METRICS: '127.0.0.1:0',
    HELIOGRAPH_DRAIN_SECONDS: '1',
  },
})

interface Recorded {
  readonly events: string[]
  readonly lines: Record<string, unknown>[]
}

/** A service that needs nothing and writes down what happens to it. */
function recording(
  name: string,
  { events }: Recorded,
  changes: Partial<Awaited<ReturnType<Service['start']>>> = {},
): Service {
  return {
    name,
    needs: [],
    async start({ instance }) {
      events.push(`start ${name}`)
      assert.ok(instance.startsWith(`${name}-`))
      return {
        addresses: { [name]: '127.0.0.1:1' },
        ready: async () => [],
        async drain() {
          events.push(`drain ${name}`)
        },
        async [Symbol.asyncDispose]() {
          events.push(`stop ${name}`)
        },
        ...changes,
      }
    },
  }
}

function run(recorded: Recorded, services: readonly Service[], settings: HeliographConfig = config) {
  const definition: ProcessDefinition = { name: 'standalone', mode: 'standalone', services }
  const logDestination = { write: (line: string) => recorded.lines.push(JSON.parse(line)) }
  return startProcess(definition, settings, { telemetry: { logDestination } })
}

const fresh = (): Recorded => ({ events: [], lines: [] })

test('services start in order, drain in reverse, then stop in reverse', async () => {
  const recorded = fresh()
  const running = await run(recorded, [recording('session', recorded), recording('edge', recorded)])
  assert.equal(running.state, 'running')
  await running.shutdown()
  assert.deepEqual(recorded.events, [
    'start session',
    'start edge',
    'drain edge',
    'drain session',
    'stop edge',
    'stop session',
  ])
  await running.stopped
})

test('one line tells that it is ready, and where', async () => {
  const recorded = fresh()
  await using running = await run(recorded, [recording('edge', recorded)])
  const line = recorded.lines.find(({ event }) => event === 'ready')
  assert.equal(line?.service, 'standalone')
  assert.equal(line?.instance, running.instance)
  const addresses = line?.addresses as Record<string, string>
  assert.deepEqual(Object.keys(addresses).sort(), ['edge', 'metrics', 'rpc'])
  assert.match(addresses.rpc ?? '', /^127\.0\.0\.1:[1-9]\d*$/)
})

test('health and info are answered from the start, and follow the state', async () => {
  const recorded = fresh()
  using clients = new RpcClients()
  const problems = ['no partition yet']
  const drained = Promise.withResolvers<void>()
  const service = recording('muc', recorded, { ready: async () => problems, drain: () => drained.promise })
  const running = await run(recorded, [service])
  const health = clients.at(healthContract, running.addresses.rpc ?? '')
  const instance = clients.at(instanceContract, running.addresses.rpc ?? '')
  const status = async (name: string) => (await health.check({ service: name })).status
  assert.deepEqual(
    [await status('startup'), await status('liveness'), await status('readiness')],
    ['SERVING', 'SERVING', 'NOT_SERVING'],
  )
  assert.deepEqual((await instance.info({})).problems, problems)
  problems.pop()
  assert.equal(await status('readiness'), 'SERVING')
  assert.deepEqual([await instance.drain({}), await instance.drain({})], [{ begun: true }, { begun: false }])
  assert.equal(await status('readiness'), 'NOT_SERVING')
  assert.equal((await instance.info({})).state, 'draining')
  drained.resolve()
  await running.stopped
  assert.equal(running.state, 'stopped')
})

test('health has a listener of its own when one is configured, which answers nothing else', async () => {
  const recorded = fresh()
  using clients = new RpcClients()
  const listen = { ...config.listen, rpc: false as const, health: { host: '127.0.0.1', port: 0 } }
  await using running = await run(recorded, [recording('muc', recorded)], { ...config, listen })
  const address = running.addresses.health ?? ''
  assert.equal((await clients.at(healthContract, address).check({ service: 'readiness' })).status, 'SERVING')
  await assert.rejects(clients.at(instanceContract, address).drain({}), { code: 'UNIMPLEMENTED' })
})

test('the process has its own metrics', async () => {
  const recorded = fresh()
  await using running = await run(recorded, [recording('muc', recorded)])
  const text = await (await fetch(`http://${running.addresses.metrics}/metrics`)).text()
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'heliograph_event_loop_lag_seconds',
  ]) {
    assert.match(text, new RegExp(`^${name}\\{[^}]*\\} [\\d.e+-]+$`, 'm'))
  }
})

test('a drain that takes too long is cut short, and everything is stopped all the same', async () => {
  const recorded = fresh()
  const endless = recording('muc', recorded, { drain: () => new Promise(() => undefined) })
  const running = await run(recorded, [endless, recording('edge', recorded)])
  const begun = performance.now()
  await running.shutdown()
  assert.ok(performance.now() - begun < 1_500)
  assert.deepEqual(recorded.events.slice(2), ['drain edge', 'stop edge', 'stop muc'])
  assert.ok(recorded.lines.some(({ event }) => event === 'drain_cut_short'))
})

test('stopping during a drain ends it at once', async () => {
  const recorded = fresh()
  const endless = recording('muc', recorded, { drain: () => new Promise(() => undefined) })
  const running = await run(recorded, [endless])
  const shutdown = running.shutdown()
  const begun = performance.now()
  await running.stop()
  await shutdown
  assert.ok(performance.now() - begun < 500)
})

test('what fails while stopping does not keep the rest from stopping', async () => {
  const recorded = fresh()
  const broken = recording('edge', recorded, { [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) })
  const running = await run(recorded, [recording('muc', recorded), broken])
  await running.shutdown()
  assert.deepEqual(recorded.events.at(-1), 'stop muc')
  assert.ok(recorded.lines.some(({ event, part }) => event === 'stop_failed' && part === 'edge'))
})

test('when a service cannot start, those before it are stopped and the error is told', async () => {
  const recorded = fresh()
  const failing: Service = { name: 'edge', needs: [], start: () => Promise.reject(new Error('port taken')) }
  await assert.rejects(run(recorded, [recording('muc', recorded), failing]), /port taken/)
  assert.deepEqual(recorded.events, ['start muc', 'stop muc'])
})

test('a port that was not declared is refused', async () => {
  const recorded = fresh()
  const service: Service = { name: 'muc', needs: [], start: async ({ links }) => assert.fail(String(links)) }
  await assert.rejects(run(recorded, [service]), /muc doesn't declare that it needs bus/)
})
