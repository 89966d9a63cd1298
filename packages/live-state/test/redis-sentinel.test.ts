import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentTelemetry } from '@heliograph/telemetry'
import { freePort } from '@heliograph/testkit'
import { Redis } from 'ioredis'
import { RedisLiveState } from '../src/index.ts'

const missing = spawnSync('redis-server', ['--version']).error && 'no redis-server on PATH'
const dir = await mkdtemp(join(tmpdir(), 'hg-sentinel-'))
const running = new Set<ChildProcess>()
after(async () => {
  await Promise.all([...running].map(end))
  await rm(dir, { recursive: true, force: true })
})

function start(...args: readonly (string | number)[]): ChildProcess {
  const server = spawn('redis-server', args.map(String), { stdio: 'ignore', cwd: dir })
  running.add(server)
  return server
}

async function end(server: ChildProcess): Promise<void> {
  running.delete(server)
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const over = Date.now() + 20_000
  while (!(await holds().catch(() => false))) {
    assert.ok(Date.now() < over, what)
    await sleep(50)
  }
}

function ask(port: number, password: string): Redis {
  const client = new Redis(port, '127.0.0.1', { password, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  client.on('error', () => undefined)
  after(() => client.disconnect())
  return client
}

const common = ['--bind', '127.0.0.1', '--save', '', '--requirepass', 'server-secret', '--port']

test('redis sentinel: the server is found, and found again where it is after a fail-over', {
  skip: missing ?? false,
}, async () => {
  const [first, second, watch] = [await freePort(), await freePort(), await freePort()]
  const server = start(...common, first)
  start(...common, second)
  await writeFile(join(dir, 'sentinel.conf'), `port ${watch}\nrequirepass sentinel-secret\n`)
  start('sentinel.conf', '--sentinel')
  const sentinel = ask(watch, 'sentinel-secret')
  /** What it does by itself when it has found a server dead, in its own time. */
  const watched = async (port: number): Promise<void> => {
    await sentinel.call('SENTINEL', 'MONITOR', 'chat', '127.0.0.1', port, 1)
    await sentinel.call('SENTINEL', 'SET', 'chat', 'auth-pass', 'server-secret', 'down-after-milliseconds', 600_000)
  }
  await watched(first)

  await using state = new RedisLiveState({
    addresses: [`redis://:sentinel-secret@127.0.0.1:${watch}`],
    topology: 'sentinel',
    master: 'chat',
    password: 'server-secret',
    log: silentTelemetry().log,
  })
  const place = { service: 'session', partition: 1, epoch: 1 }
  await until('the server is found', () => state.write(place, []))
  await end(server)
  await sentinel.call('SENTINEL', 'REMOVE', 'chat')
  await watched(second)
  await until('the next server is found', () => state.write({ ...place, epoch: 2 }, []))
})
