import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'
import { silentTelemetry } from '@heliograph/telemetry'
import { Carriage, type CarriedMethod } from './carriage.ts'
import { instanceContract } from './contracts/instance.ts'
import { RpcError } from './rpc-error.ts'
import { type Handlers, serve, startRpcServer } from './rpc-server.ts'

const { log } = silentTelemetry()
const definition = instanceContract.definition()
const drain: CarriedMethod = { ...definition.Drain!, name: 'heliograph.v1.Instance.Drain' }
const soon = { timeoutMs: 5_000 }

type Drain = Handlers<{ drain(request: object): Promise<{ begun: boolean }> }>['drain']

async function carriageTo(t: TestContext, address: string): Promise<Carriage> {
  const client = new Client(address, credentials.createInsecure())
  const carriage = new Carriage(client, address)
  t.after(() => {
    carriage.close()
    client.close()
  })
  for (let call = 0; call < 2; call++) carriage.succeeded()
  for (let tries = 0; !carriage.ready && tries < 40; tries++) await sleep(10)
  return carriage
}

async function served(t: TestContext, handler: Drain) {
  const info = () => Promise.reject(new Error('not asked'))
  const services = [serve(instanceContract, { info, drain: handler, reload: info })]
  const server = await startRpcServer({ host: '127.0.0.1', port: 0, log, services })
  t.after(() => server[Symbol.asyncDispose]())
  return { server, carriage: await carriageTo(t, server.address) }
}

function failsWith(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === code && pattern.test(error.message)
}

test('calls share a stream and are answered in any order, refusals with their codes', async (t) => {
  const first = Promise.withResolvers<{ begun: boolean }>()
  const answers = [
    () => first.promise,
    () => ({ begun: false }),
    () => Promise.reject(new RpcError('FAILED_PRECONDITION', 'not now')),
    () => Promise.reject(new Error('secret detail')),
  ]
  const { carriage } = await served(t, () => answers.shift()!())
  const slow = carriage.call(drain, {}, soon)
  assert.deepEqual(await carriage.call(drain, {}, soon), { begun: false })
  await assert.rejects(
    carriage.call(drain, {}, soon),
    failsWith('FAILED_PRECONDITION', /Instance\.Drain at 127.*not now/),
  )
  await assert.rejects(carriage.call(drain, {}, soon), failsWith('INTERNAL', /internal error/))
  first.resolve({ begun: true })
  assert.deepEqual(await slow, { begun: true })
  await assert.rejects(carriage.call({ ...drain, name: 'no.Such' }, {}, soon), failsWith('UNIMPLEMENTED'))
})

test('a handler hears when its caller gives up or its deadline passes', async (t) => {
  let aborted = 0
  const { carriage } = await served(t, (_, { signal }) => {
    signal.addEventListener('abort', () => aborted++)
    return new Promise(() => undefined)
  })
  await assert.rejects(carriage.call(drain, {}, { timeoutMs: 30 }), failsWith('DEADLINE_EXCEEDED'))
  const signal = AbortSignal.timeout(20)
  await assert.rejects(carriage.call(drain, {}, { ...soon, signal }), failsWith('CANCELLED'))
  for (let tries = 0; aborted < 2 && tries < 40; tries++) await sleep(10)
  assert.equal(aborted, 2)
})

test('a server that stops answers what is under way, then calls go separately again', async (t) => {
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<{ begun: boolean }>()
  const { carriage, server } = await served(t, () => {
    begun.resolve()
    return finish.promise
  })
  const call = carriage.call(drain, {}, soon)
  await begun.promise
  const before = performance.now()
  const stopped = server[Symbol.asyncDispose]()
  finish.resolve({ begun: true })
  assert.deepEqual(await call, { begun: true })
  await stopped
  assert.ok(performance.now() - before < 1_500, 'the stream did not hold up the server')
  assert.equal(carriage.ready, false)
})

test('a peer that carries no calls is left alone', async (t) => {
  const server = new Server()
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', insecure, (error, at) => (error ? reject(error) : resolve(at)))
  })
  t.after(() => server.forceShutdown())
  assert.equal((await carriageTo(t, `127.0.0.1:${port}`)).ready, false)
})

test('past the bound a call fails at once: of those that wait, and of those that a peer does not read', async () => {
  const stream = Object.assign(new EventEmitter(), { writableLength: 0, write: () => true, cancel: () => {} })
  const carriage = new Carriage({ makeBidiStreamRequest: () => stream } as unknown as Client, 'there')
  for (let call = 0; call < 2; call++) carriage.succeeded()
  stream.emit('data', { id: 0 })
  stream.writableLength = 10_000
  await assert.rejects(carriage.call(drain, {}, soon), failsWith('RESOURCE_EXHAUSTED'))
  stream.writableLength = 0
  const waiting = Array.from({ length: 10_000 }, () => carriage.call(drain, {}, soon))
  await assert.rejects(carriage.call(drain, {}, soon), failsWith('RESOURCE_EXHAUSTED'))
  stream.emit('end')
  for (const each of await Promise.allSettled(waiting)) assert.equal(each.status, 'rejected')
})
