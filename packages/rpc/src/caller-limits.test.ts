import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { silentTelemetry } from '@heliograph/telemetry'
import { type Caller, CallerLimits } from './caller-limits.ts'
import { instanceContract } from './contracts/instance.ts'
import { RpcClients } from './rpc-clients.ts'
import { RpcError } from './rpc-error.ts'
import { serve, startRpcServer } from './rpc-server.ts'
import { WrongTokens } from './wrong-tokens.ts'

const PASSWORD = 'a'.repeat(32)
const limits = new CallerLimits({
  tokens: [{ name: 'reader', scopes: ['read'], password: PASSWORD }],
  certificates: [{ name: 'Verona.example', scopes: ['read', 'users'], domains: ['verona.example'] }],
})

function caller(certificate?: { CN?: string; names?: string }, authorization?: string): Caller {
  const metadata = new Metadata()
  if (authorization !== undefined) metadata.set('authorization', authorization)
  const { CN, names } = certificate ?? {}
  const sslPeerCertificate = { subject: { CN }, subjectaltname: names } as PeerCertificate
  return { metadata, getAuthContext: () => (certificate === undefined ? {} : { sslPeerCertificate }) }
}

function refused(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === code && pattern.test(error.message)
}

test('who shows neither a token nor a certificate of those may do everything', () => {
  for (const each of [caller(), caller({ CN: 'session-1' }), caller({ names: 'DNS:muc, IP Address:127.0.0.1' })]) {
    assert.equal(limits.admit(each, undefined, { localOnly: true }), '')
    assert.equal(limits.limits(each), false)
  }
})

test('a certificate with one of the names may do what is said of it, for the domains that are said', () => {
  const romeo = { jid: 'romeo@verona.example' }
  for (const each of [caller({ CN: 'verona.example' }), caller({ CN: 'x', names: 'DNS:a, DNS:VERONA.example' })]) {
    assert.equal(limits.admit(each, 'users', romeo), 'Verona.example')
    assert.equal(limits.limits(each), true)
    assert.throws(() => limits.admit(each, 'rooms', romeo), refused('PERMISSION_DENIED', /scope rooms/))
    assert.throws(() => limits.admit(each, 'users', { jid: 'a@mantua.example' }), refused('PERMISSION_DENIED', /jid/))
    assert.throws(() => limits.admit(each, undefined, romeo), refused('PERMISSION_DENIED'))
    assert.throws(() => limits.admit(each, 'users', { ...romeo, localOnly: true }), refused('PERMISSION_DENIED'))
  }
})

test('who shows both may do what both allow', () => {
  const both = caller({ CN: 'verona.example' }, `Bearer ${PASSWORD}`)
  assert.equal(limits.admit(both, 'read', { domain: 'verona.example' }), 'reader, Verona.example')
  assert.throws(() => limits.admit(both, 'users', { jid: 'romeo@verona.example' }), refused('PERMISSION_DENIED'))
  assert.throws(() => limits.admit(both, 'read', { domain: '' }), refused('PERMISSION_DENIED'))
})

test('over the network a token limits its calls, an unknown one lets in to nothing, and calls without any are as ever', async () => {
  const info = () => ({
    instance: 'muc-1',
    services: ['muc'],
    version: '0',
    state: 'running' as const,
    startedAt: 5,
    addresses: {},
    problems: [],
  })
  const drain = () => ({ begun: true })
  const reload = () => ({ ok: true, condition: '', text: '', changed: [], needsRestart: [] })
  const services = [serve(instanceContract, { info, drain, reload })]
  const { log } = silentTelemetry()
  const wrongTokens = new WrongTokens(silentTelemetry())
  await using server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    log,
    services,
    limits: () => limits,
    wrongTokens,
  })
  const client = new Client(server.address, credentials.createInsecure())
  const call = (method: 'Info' | 'Drain', token: string) => {
    const { path, requestSerialize, responseDeserialize } = instanceContract.definition()[method]!
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${token}`)
    return new Promise((resolve) =>
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { instance: '' }, metadata, (error) =>
        resolve(error?.code ?? 0),
      ),
    )
  }
  assert.deepEqual(
    [await call('Info', PASSWORD), await call('Drain', PASSWORD), await call('Info', 'b'.repeat(32))],
    [0, 7, 16],
  )
  for (let wrong = 1; wrong < 10; wrong++) assert.equal(await call('Info', `${wrong}`.repeat(32)), 16)
  assert.deepEqual([await call('Info', 'b'.repeat(32)), await call('Info', PASSWORD)], [8, 8]) // RESOURCE_EXHAUSTED
  client.close()
  using clients = new RpcClients()
  for (let calls = 0; calls < 5; calls++)
    assert.deepEqual(await clients.at(instanceContract, server.address).drain({}), { begun: true })
})
