import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, credentials } from '@grpc/grpc-js'
import { silentTelemetry } from '@heliograph/telemetry'
import { type HealthCheckResponse, healthContract } from './contracts/health.ts'
import { instanceContract } from './contracts/instance.ts'
import { serveHealth } from './health.ts'
import { RpcClients } from './rpc-clients.ts'
import { RpcError } from './rpc-error.ts'
import { type RpcServer, serve, startRpcServer } from './rpc-server.ts'

const { log } = silentTelemetry()
const host = '127.0.0.1'
const reload = () => ({ ok: true, condition: '', text: '', changed: [], needsRestart: [] })
/** Nothing listens on the discard port here. */
const nobody = '127.0.0.1:9'

function instanceServer(
  name: string,
  drain: () => Promise<{ begun: boolean }> = async () => ({ begun: true }),
): Promise<RpcServer> {
  const info = () => ({
    instance: name,
    services: ['muc'],
    version: '0',
    state: 'running' as const,
    startedAt: 5,
    addresses: { c2s: 'x:1' },
    problems: [],
  })
  return startRpcServer({ host, port: 0, log, services: [serve(instanceContract, { info, drain, reload })] })
}

function failsWith(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === code && pattern.test(error.message)
}

test('a call is answered, with its fields in our spelling', async () => {
  await using server = await instanceServer('muc-1')
  using clients = new RpcClients()
  const reply = await clients.at(instanceContract, server.address).info({})
  assert.deepEqual([reply.instance, reply.startedAt, reply.addresses.c2s], ['muc-1', 5, 'x:1'])
})

test('what a handler refuses keeps its code; what it throws otherwise stays inside', async () => {
  const errors = [new RpcError('FAILED_PRECONDITION', 'not now'), new Error('secret detail')]
  await using server = await instanceServer('muc-1', () => Promise.reject(errors.shift()))
  using clients = new RpcClients()
  const client = clients.at(instanceContract, server.address)
  await assert.rejects(client.drain({}), failsWith('FAILED_PRECONDITION', /Instance\.Drain at 127.*not now/))
  await assert.rejects(client.drain({}), failsWith('INTERNAL', /internal error/))
})

test('what the process serves itself is called directly, with the same errors and deadlines', async () => {
  const errors = [new RpcError('FAILED_PRECONDITION', 'not now'), new Error('secret detail')]
  const answers = [
    () => Promise.reject(errors.shift()),
    () => Promise.reject(errors.shift()),
    () => new Promise<never>(() => undefined),
  ]
  const info = () => Promise.reject(new Error('not asked'))
  using clients = new RpcClients()
  const drain = () => answers.shift()?.() ?? { begun: true }
  clients.serveHere(nobody, serve(instanceContract, { info, drain, reload }), log)
  const client = clients.among(instanceContract, () => [nobody])
  await assert.rejects(client.drain({}), failsWith('FAILED_PRECONDITION', /Instance\.Drain here: not now/))
  await assert.rejects(client.drain({}), failsWith('INTERNAL', /internal error/))
  await assert.rejects(client.drain({}, { timeoutMs: 30 }), failsWith('DEADLINE_EXCEEDED'))
  assert.deepEqual(await client.drain({}), { begun: true })
})

test('a call ends at its deadline or when its caller gives up', async () => {
  await using server = await instanceServer('muc-1', () => new Promise(() => undefined))
  using clients = new RpcClients()
  const client = clients.at(instanceContract, server.address)
  await assert.rejects(client.drain({}, { timeoutMs: 30 }), failsWith('DEADLINE_EXCEEDED'))
  const aborted = client.drain({}, { signal: AbortSignal.timeout(20) })
  await assert.rejects(aborted, failsWith('CANCELLED'))
})

test('calls take turns and pass over instances that are gone', async () => {
  await using first = await instanceServer('muc-1')
  await using second = await instanceServer('muc-2')
  using clients = new RpcClients()
  const client = clients.among(instanceContract, () => [first.address, nobody, second.address])
  const asked = new Set<string>()
  for (let call = 0; call < 6; call++) asked.add((await client.info({})).instance)
  assert.deepEqual([...asked].sort(), ['muc-1', 'muc-2'])
})

test('with nobody to ask the call is unavailable', async () => {
  using clients = new RpcClients()
  await assert.rejects(clients.among(instanceContract, () => []).info({}), failsWith('UNAVAILABLE', /no instance/))
  await assert.rejects(clients.among(instanceContract, () => [nobody]).info({}), failsWith('UNAVAILABLE'))
})

test('health answers for its three services and refuses others', async () => {
  const checks = { liveness: () => true, startup: () => true, readiness: async () => false }
  await using server = await startRpcServer({ host, port: 0, log, services: [serveHealth(checks)] })
  using clients = new RpcClients()
  const health = clients.at(healthContract, server.address)
  assert.equal((await health.check({ service: 'liveness' })).status, 'SERVING')
  assert.equal((await health.check({ service: 'readiness' })).status, 'NOT_SERVING')
  assert.equal((await health.check({ service: '' })).status, 'NOT_SERVING')
  await assert.rejects(health.check({ service: 'other' }), failsWith('NOT_FOUND'))
})

test('stopping lets a call under way finish', async () => {
  let finish = (): void => undefined
  const begun = Promise.withResolvers<void>()
  const server = await instanceServer('muc-1', () => {
    begun.resolve()
    return new Promise((resolve) => {
      finish = () => resolve({ begun: true })
    })
  })
  using clients = new RpcClients()
  const call = clients.at(instanceContract, server.address).drain({})
  await begun.promise
  const stopped = server[Symbol.asyncDispose]()
  finish()
  assert.deepEqual(await call, { begun: true })
  await stopped
})

test('who watches is told the health now and each time it changes, until the server stops', async () => {
  let ready = false
  const checks = { liveness: () => true, readiness: () => ready, startup: () => true }
  const server = await startRpcServer({ host, port: 0, log, services: [serveHealth(checks, 5)] })
  const client = new Client(server.address, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = healthContract.definition().Watch!
  const watch = (service: string) => {
    const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service })
    return call.map(({ status }: HealthCheckResponse) => status)[Symbol.asyncIterator]()
  }
  const [readiness, unknown] = [watch('readiness'), watch('rooms')]
  assert.equal((await readiness.next()).value, 'NOT_SERVING')
  assert.equal((await unknown.next()).value, 'SERVICE_UNKNOWN')
  ready = true
  assert.equal((await readiness.next()).value, 'SERVING')
  ready = false
  assert.equal((await readiness.next()).value, 'NOT_SERVING')
  const begun = performance.now()
  await server[Symbol.asyncDispose]()
  for (const watched of [readiness, unknown]) assert.equal((await watched.next()).done, true)
  assert.ok(performance.now() - begun < 1_500, 'who watches does not keep a server from stopping')
  client.close()
})
