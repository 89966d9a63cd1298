import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type HeliographConfig, loadConfig } from '@heliograph/config'
import { connectDatabase } from '@heliograph/database'
import { silentTelemetry } from '@heliograph/telemetry'
import { infrastructure } from '@heliograph/testkit'
import { type RunningProcess, type Service, startProcess } from '../src/index.ts'
import { migrateTables } from '../src/migrate-tables.ts'

const servers = await infrastructure()
const folder = await mkdtemp(join(tmpdir(), 'hg-runtime-'))
after(async () => {
  await servers.close()
  await rm(folder, { recursive: true, force: true })
})

const lines: string[] = []
const listen = { HELIOGRAPH_LISTEN_RPC: '127.0.0.1:0', HELIOGRAPH_LISTEN_METRICS: '127.0.0.1:0' }

/** A service that uses every port once and leaves the database's address for the test. */
function everything(name: string, seen: string[]): Service {
  return {
    name,
    needs: ['bus', 'liveState', 'database'],
    async start({ instance, links, liveState, database }) {
      assert.equal(links.instance, instance)
      assert.equal(database.instance, instance)
      seen.push(database.url)
      await liveState.reset('count')
      await database.query('one', 'SELECT 1')
      return { ready: async () => [], drain: async () => undefined, [Symbol.asyncDispose]: async () => undefined }
    },
  }
}

function start(mode: HeliographConfig['mode'], env: Record<string, string>, seen: string[]): Promise<RunningProcess> {
  const services = [everything('session', seen), everything('muc', seen)]
  const telemetry = { logDestination: { write: (line: string) => lines.push(line) } }
  const config = loadConfig({ env: { ...listen, ...env }, mode })
  return startProcess({ name: 'test', mode, services: mode === 'cluster' ? services.slice(1) : services }, config, {
    telemetry,
  })
}

test('a cluster process reaches NATS, Redis and Postgres, and proves it', async () => {
  const env = {
    HELIOGRAPH_NATS_SERVERS: servers.nats.url,
    HELIOGRAPH_NATS_PREFIX: 'heliograph-runtime-test',
    HELIOGRAPH_REDIS_URL: servers.redis.url,
    HELIOGRAPH_REDIS_PREFIX: servers.redisPrefix(),
    HELIOGRAPH_POSTGRES_URL: await servers.createDatabase(),
  }
  await using running = await start('cluster', env, [])
  assert.deepEqual(await running.problems(), [])
  await running.shutdown()
})

test('a standalone process has its own Postgres, which is there again after it was killed', async () => {
  const urls: string[] = []
  await using running = await start('standalone', { HELIOGRAPH_DATA_DIR: folder }, urls)
  assert.deepEqual(await running.problems(), [])
  assert.equal(new Set(urls).size, 1)
  await killPostgres(urls[0] as string)
  const until = Date.now() + 10_000
  const ended = () => lines.some((line) => line.includes('private_postgres_ended'))
  while (!ended() || (await running.problems()).length > 0) {
    assert.ok(Date.now() < until, 'Postgres did not come back')
    await delay(20)
  }
})

/** Ends the whole server the hard way. */
async function killPostgres(url: string): Promise<void> {
  const { log } = silentTelemetry()
  await using database = await connectDatabase({ url, instance: 'test', log })
  const { rows } = await database.query<{ data: string }>('data', "SELECT current_setting('data_directory') AS data")
  const pid = Number((await readFile(join(rows[0]?.data ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0])
  process.kill(pid, 'SIGKILL')
}

test('a second standalone process on one database is told so, and does not start', async () => {
  const env = { HELIOGRAPH_POSTGRES_URL: await servers.createDatabase(), HELIOGRAPH_INSTANCE: 'one' }
  await using _first = await start('standalone', env, [])
  const second = start('standalone', { ...env, HELIOGRAPH_INSTANCE: 'two' }, [])
  await assert.rejects(second, /is in use by heliograph test-one-\w+: a standalone server needs a database of its own/)
})

test('tables are made before a service starts, or by an order that starts nothing', async () => {
  const env = { HELIOGRAPH_POSTGRES_URL: await servers.createDatabase() }
  const hats = { id: '0001_hats', sql: 'CREATE TABLE hats (size int)' }
  const service = { ...everything('muc', []), migrations: [hats] }
  const definition = { name: 'test', mode: 'standalone', services: [service, service] } as const
  const config = loadConfig({ env, mode: 'standalone' })
  assert.equal((await migrateTables(definition, config)).at(-1), hats.id)
  assert.deepEqual(await migrateTables(definition, config), [])
  await assert.rejects(migrateTables(definition, loadConfig({ env: {}, mode: 'standalone' })), /postgres\.url/)
})
