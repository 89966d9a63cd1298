import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ensureSelfSigned } from '@heliograph/certificates'
import { silentTelemetry } from '@heliograph/telemetry'
import { CallerLimits, healthContract, RpcClients, serveHealth, startRpcServer } from '../src/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'hg-rpc-'))
after(() => rm(folder, { recursive: true }))

async function identity(name: string) {
  const files = await ensureSelfSigned({ directory: join(folder, name), domains: [`${name}.example`] })
  return { ca: files.cert, ...files }
}

test('both sides must show a certificate of the authority', async () => {
  const ours = await identity('ours')
  const theirs = await identity('theirs')
  const yes = () => true
  const services = [serveHealth({ liveness: yes, readiness: yes, startup: yes })]
  await using server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    tls: ours,
    services,
    log: silentTelemetry().log,
  })
  const ask = async (tls?: typeof ours) => {
    using clients = new RpcClients(tls)
    return await clients.at(healthContract, server.address).check({ service: '' })
  }
  assert.deepEqual(await ask(ours), { status: 'SERVING' })
  await assert.rejects(ask(), { code: 'UNAVAILABLE' })
  await assert.rejects(ask(theirs), { code: 'UNAVAILABLE' })
  await assert.rejects(ask({ ...theirs, ca: ours.ca }), { code: 'UNAVAILABLE' })
})

test('who shows a certificate with a name that is limited may do no more than is said of it', async () => {
  const whole = await identity('whole')
  const yes = () => true
  let limited: string[] = []
  await using server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    tls: whole,
    services: [serveHealth({ liveness: yes, readiness: yes, startup: yes })],
    log: silentTelemetry().log,
    limits: () =>
      new CallerLimits({ tokens: [], certificates: limited.map((name) => ({ name, scopes: ['read', 'operate'] })) }),
  })
  using clients = new RpcClients(whole)
  const ask = () => clients.at(healthContract, server.address).check({ service: '' })
  // More than a few calls share a stream.
  for (let calls = 0; calls < 5; calls++) assert.deepEqual(await ask(), { status: 'SERVING' })
  limited = ['another.example']
  assert.deepEqual(await ask(), { status: 'SERVING' })
  limited = ['whole.example']
  for (let calls = 0; calls < 5; calls++) await assert.rejects(ask(), { code: 'PERMISSION_DENIED' })
})
