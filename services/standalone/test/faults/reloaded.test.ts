/** ADM-04: SIGHUP has a running server take another configuration, or refuse it whole. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ServiceProcess } from '@heliograph/testkit'

const WAIT_MS = 20_000
const OFF = ['c2s', 'c2sTls', 's2s', 's2sTls', 'component', 'http', 'https', 'metrics']
const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]

test('SIGHUP changes what may change, and a configuration with anything wrong changes nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hg-reload-'))
  const base = {
    mode: 'standalone',
    dataDir: join(dir, 'data'),
    listen: {
      ...Object.fromEntries(OFF.map((name) => [name, false])),
      rpc: '127.0.0.1:0',
      admin: '127.0.0.1:0',
    },
  }
  const withToken = (password: string) => ({ adminApi: { tokens: [{ name: 'it', scopes: ['read'], password }] } })
  const server = new ServiceProcess({
    name: 'reloaded',
    service: 'standalone',
    config: { ...base, ...withToken(first) },
    dir,
  })
  const reload = async (config: object): Promise<void> => {
    await writeFile(join(dir, 'heliograph.yaml'), JSON.stringify({ ...base, ...config }))
    process.kill(server.pid!, 'SIGHUP')
  }
  try {
    const { addresses } = await server.start()
    const { admin } = addresses as { admin: string }
    const status = async (token: string) =>
      (await fetch(`http://${admin}/v1/instances`, { headers: { authorization: `Bearer ${token}` } })).status
    assert.deepEqual([await status(first), await status(second)], [200, 401])

    await reload({ ...withToken(second), admins: ['nobody'], colour: 'red' })
    const refused = await server.logged(({ event }) => event === 'config_refused', WAIT_MS)
    assert.match(String(refused.reason), /colour/)
    assert.match(String(refused.reason), /admins/)
    assert.deepEqual([await status(first), await status(second)], [200, 401])

    await reload({ ...withToken(second), limits: { depth: 77 } })
    const taken = await server.logged(({ event }) => event === 'config_reloaded', WAIT_MS)
    assert.deepEqual([taken.changed, taken.needs_restart], [['adminApi.tokens'], ['limits.depth']])
    assert.deepEqual([await status(first), await status(second)], [401, 200])
  } finally {
    await server.drain()
    await rm(dir, { recursive: true, force: true })
  }
})
