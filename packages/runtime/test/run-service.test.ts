import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const fixture = fileURLToPath(new URL('./fixture.ts', import.meta.url))
const ready = fileURLToPath(new URL('../src/bin/ready.ts', import.meta.url))
const quiet = {
  HELIOGRAPH_LISTEN_RPC: 'false',
  HELIOGRAPH_LISTEN_METRICS: 'false',
  HELIOGRAPH_LISTEN_C2S: '127.0.0.1:0',
}

function start(env: Record<string, string> = {}, args: readonly string[] = []) {
  const child = spawn(process.execPath, [fixture, ...args], { env: { PATH: process.env.PATH, ...quiet, ...env } })
  const events: string[] = []
  const lines: Record<string, unknown>[] = []
  const reader = createInterface({ input: child.stdout })
  let ended = false
  reader.on('line', (text) => {
    if (!text.startsWith('{')) return
    const line = JSON.parse(text) as Record<string, unknown>
    events.push(String(line.event))
    lines.push(line)
  })
  const closed = once(reader, 'close').then(() => {
    ended = true
  })
  return {
    child,
    events,
    errors: text(child.stderr),
    exit: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    /** Waits until the event is logged. */
    async until(event: string): Promise<Record<string, unknown>> {
      const logged = () => lines.find((line) => line.event === event)
      while (!logged() && !ended) await Promise.race([once(reader, 'line'), closed])
      return logged() ?? assert.fail(`no ${event} in ${events.join()}`)
    },
  }
}

test('SIGTERM drains and stops, and the process ends with 0', async () => {
  const run = start()
  const ready = await run.until('ready')
  assert.deepEqual(Object.keys(ready).sort(), [
    'addresses',
    'event',
    'instance',
    'level',
    'service',
    'services',
    'time',
    'version',
  ])
  run.child.kill('SIGTERM')
  await run.until('draining')
  await run.until('stopping')
  assert.deepEqual(await run.exit, [0, null])
  assert.equal(await run.errors, '')
})

test('a check of health tells by its exit code whether an instance is ready', async () => {
  const run = start({ HELIOGRAPH_LISTEN_RPC: '127.0.0.1:0', DRAIN_MS: '20000' })
  const { rpc = '' } = (await run.until('ready')).addresses as { rpc?: string }
  const check = () => {
    const { status, stderr } = spawnSync(process.execPath, [ready, rpc], { encoding: 'utf8' })
    return [status, stderr]
  }
  assert.deepEqual(check(), [0, ''])
  run.child.kill('SIGTERM')
  await run.until('draining')
  assert.deepEqual(check(), [1, 'not ready\n'])
  run.child.kill('SIGKILL')
  await run.exit
  assert.equal(check()[0], 1)
})

test('a second signal ends a long drain', async () => {
  const run = start({ DRAIN_MS: '20000' })
  await run.until('ready')
  run.child.kill('SIGINT')
  await run.until('draining')
  run.child.kill('SIGINT')
  await run.until('stopping')
  run.child.kill('SIGKILL') // the fixture's own timer would keep it alive
  await run.exit
})

test('a process that something still holds is ended all the same', async () => {
  const run = start({ FORGET: '1' })
  await run.until('ready')
  run.child.kill('SIGTERM')
  assert.deepEqual(await run.exit, [null, 'SIGKILL'])
  assert.match(await run.errors, /still held by .*Timeout/)
})

test('a service that cannot start ends the process with 1 and says why', async () => {
  const run = start({ FAIL: '1' })
  const { error } = await run.until('start_failed')
  assert.equal((error as { message: string }).message, 'cannot serve')
  assert.deepEqual(await run.exit, [1, null])
  assert.equal(await run.errors, 'fixture could not start: cannot serve\n')
})

test('addresses that are in use are told in one line, all at once, before anything starts', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
  const run = start({ HELIOGRAPH_LISTEN_C2S: address, HELIOGRAPH_LISTEN_METRICS: address })
  assert.deepEqual(await run.exit, [1, null])
  const expected = `listen.c2s: ${address} is in use; listen.metrics: ${address} is in use`
  assert.equal(await run.errors, `fixture could not start: ${expected}\n`)
  await assert.rejects(run.until('start_failed'), 'nothing is logged')
  other.close()
})

test('a signal ends a start that waits, with 0 and without a word', async () => {
  const run = start({ WAIT: '1' })
  await run.until('waiting')
  run.child.kill('SIGINT')
  assert.deepEqual(await run.exit, [0, null])
  assert.equal(await run.errors, '')
})

test('a crash is logged before it ends the process with 1', async () => {
  const run = start({ CRASH: '1' })
  const { error } = await run.until('crashed')
  assert.equal((error as { message: string }).message, 'broken invariant')
  assert.deepEqual(await run.exit, [1, null])
})

test('a wrong configuration ends the process with 2 and one message', async () => {
  const run = start({ HELIOGRAPH_LISTEN_C2S: 'x', HELIOGRAPH_MODE: 'cluster' })
  assert.deepEqual(await run.exit, [2, null])
  assert.match(await run.errors, /^the configuration has 3 mistakes:\n/)
})

test('a command that runs in the other mode says so', async () => {
  const env = { HELIOGRAPH_MODE: 'cluster', HELIOGRAPH_NATS_SERVERS: 'nats://a', HELIOGRAPH_REDIS_URL: 'redis://a' }
  const run = start(env)
  assert.deepEqual(await run.exit, [2, null])
  assert.match(await run.errors, /mode: fixture runs in standalone mode only/)
})

test('a service that needs a database is refused without one in a cluster', async () => {
  const run = start({ NEEDS: '1', HELIOGRAPH_NATS_SERVERS: 'nats://a', HELIOGRAPH_REDIS_URL: 'redis://a' })
  assert.deepEqual(await run.exit, [2, null])
  assert.match(await run.errors, /postgres\.url: is required in cluster mode \(or set HELIOGRAPH_POSTGRES_URL\)/)
})

test('--help and --version answer without starting', async () => {
  const run = start({}, ['--version'])
  assert.deepEqual(await run.exit, [0, null])
  assert.deepEqual(await start({}, ['--colour']).exit, [2, null])
})
