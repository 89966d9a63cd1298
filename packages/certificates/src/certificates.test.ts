import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, createServer as createTlsServer, TLSSocket } from 'node:tls'
import { silentTelemetry } from '@heliograph/telemetry'
import { CertificateStore, type DomainCertificate } from './certificate-store.ts'
import { channelBindingsOf } from './channel-bindings.ts'
import { ensureSelfSigned } from './self-signed.ts'

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'heliograph-certificates-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

async function open(t: TestContext, certificates: DomainCertificate[], events: string[] = [], pollMs = 20) {
  const { log: silent } = silentTelemetry()
  const push = (event: string) => void events.push(event)
  const log = { ...silent, info: push, error: push }
  const store = await CertificateStore.open({ certificates, log, signal: new AbortController().signal, pollMs })
  t.after(() => store[Symbol.asyncDispose]())
  return store
}

/** Connects to a socket wrapped by the store; both ends, handshake done. */
async function handshake(t: TestContext, store: CertificateStore, options: ConnectionOptions = {}) {
  const listener = createServer()
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection')
  const { port } = listener.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  const [raw] = await accepted
  const server = new TLSSocket(raw, store.socketOptions(['xmpp-client']))
  t.after(() => {
    for (const end of [client, server, listener]) 'destroy' in end ? end.destroy() : end.close()
  })
  await Promise.all([once(client, 'secureConnect'), once(server, 'secure')])
  return { client, server }
}

function subject(client: TLSSocket): string | undefined {
  return client.getPeerX509Certificate()?.subject
}

test('a self-signed certificate covers its domains and is kept', async (t) => {
  const path = await directory(t)
  const files = await ensureSelfSigned({ directory: path, domains: ['example.com', 'b\u00FCcher.example'] })
  const pem = await readFile(files.cert)
  const certificate = new X509Certificate(pem)
  for (const name of ['example.com', 'conference.example.com', 'xn--bcher-kva.example', 'localhost'])
    assert.ok(certificate.checkHost(name), name)
  for (const address of ['127.0.0.1', '::1']) assert.ok(certificate.checkIP(address), address)
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.equal((await stat(files.key)).mode & 0o777, 0o600)

  await ensureSelfSigned({ directory: path, domains: ['example.com'] })
  assert.deepEqual(await readFile(files.cert), pem)
  await ensureSelfSigned({ directory: path, domains: ['example.org'] })
  const another = await readFile(files.cert)
  assert.notDeepEqual(another, pem)
  const later = new Date(Date.now() + 700 * 86_400_000)
  await ensureSelfSigned({ directory: path, domains: ['example.org'], now: later })
  assert.notDeepEqual(await readFile(files.cert), another)
})

test('the certificate is chosen by SNI', async (t) => {
  const [one, two] = [await directory(t), await directory(t)]
  const store = await open(t, [
    { domain: 'one.example', files: await ensureSelfSigned({ directory: one, domains: ['one.example'] }) },
    { domain: 'two.example', files: await ensureSelfSigned({ directory: two, domains: ['two.example'] }) },
  ])
  const chosen: Record<string, string> = {
    'one.example': 'CN=one.example',
    'two.example': 'CN=two.example',
    'chat.two.example': 'CN=two.example',
    'three.example': 'CN=one.example',
  }
  for (const [servername, expected] of Object.entries(chosen)) {
    const { client } = await handshake(t, store, { servername })
    assert.equal(subject(client), expected)
  }
  const { client } = await handshake(t, store)
  assert.equal(subject(client), 'CN=one.example')
})

test('TLS 1.3 with X25519 is preferred, ALPN agreed, old versions refused', async (t) => {
  const files = await ensureSelfSigned({ directory: await directory(t), domains: ['a.example'] })
  const store = await open(t, [{ domain: 'a.example', files }])
  const { client, server } = await handshake(t, store, { ALPNProtocols: ['xmpp-client'] })
  assert.equal(server.getProtocol(), 'TLSv1.3')
  assert.equal(server.alpnProtocol, 'xmpp-client')
  assert.equal((client.getEphemeralKeyInfo() as { name?: string }).name, 'X25519')
  await assert.rejects(handshake(t, store, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }))
})

test('channel bindings are the same at both ends', async (t) => {
  const files = await ensureSelfSigned({ directory: await directory(t), domains: ['a.example'] })
  const store = await open(t, [{ domain: 'a.example', files }])
  const { client, server } = await handshake(t, store)
  const bindings = channelBindingsOf(server)
  assert.deepEqual(bindings.types, ['tls-exporter', 'tls-server-end-point'])
  const exported = client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
  assert.deepEqual(bindings.data('tls-exporter'), exported)
  const der = client.getPeerX509Certificate()?.raw ?? Buffer.alloc(0)
  assert.deepEqual(bindings.data('tls-server-end-point'), createHash('sha256').update(der).digest())
  assert.equal(bindings.data('tls-unique'), undefined)

  const older = await handshake(t, store, { maxVersion: 'TLSv1.2' })
  assert.deepEqual(channelBindingsOf(older.server).types, ['tls-server-end-point'])
})

test('changed files are taken up by new connections; bad ones are not', async (t) => {
  const [live, draft] = [await directory(t), await directory(t)]
  const make = async (name: string) => {
    const { cert } = await ensureSelfSigned({ directory: draft, domains: [name] })
    return cert
  }
  // As Kubernetes mounts a secret: files are links through ..data, which is swapped.
  for (const [at, name] of ['first', 'second'].entries()) {
    await mkdir(join(live, `..v${at}`))
    await rename(await make(`${name}.example`), join(live, `..v${at}`, 'tls.pem'))
  }
  await symlink('..v0', join(live, '..data'))
  await symlink(join('..data', 'tls.pem'), join(live, 'tls.pem'))
  const files = { cert: join(live, 'tls.pem'), key: join(live, 'tls.pem') }
  const events: string[] = []
  const store = await open(t, [{ domain: 'a.example', files }], events, 60_000)
  const before = await handshake(t, store)
  assert.equal(subject(before.client), 'CN=first.example')

  await symlink('..v1', join(live, '..next'))
  await rename(join(live, '..next'), join(live, '..data'))
  await store.refresh()
  assert.equal(subject((await handshake(t, store)).client), 'CN=second.example')
  before.client.write('still here')
  const [text] = await once(before.server, 'data')
  assert.equal(String(text), 'still here')

  await writeFile(join(live, '..v1', 'tls.pem'), 'not a certificate')
  await store.refresh()
  await store.refresh()
  await rm(join(live, '..v1', 'tls.pem'))
  await store.refresh()
  assert.equal(subject((await handshake(t, store)).client), 'CN=second.example')
  assert.deepEqual(events, ['certificate_reloaded', 'certificate_unusable', 'certificate_unusable'])
  const [status] = store.status()
  assert.ok(status && status.daysLeft > 700 && status.domain === 'a.example')
})

test('servers that take their options once follow a reload, by polling', async (t) => {
  const path = await directory(t)
  const files = await ensureSelfSigned({ directory: path, domains: ['first.example'] })
  const store = await open(t, [{ domain: 'a.example', files }])
  const server = createTlsServer({ SNICallback: store.sniCallback })
  store.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const ask = async () => {
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(client, 'secureConnect')
    const name = subject(client)
    client.destroy()
    return name
  }
  assert.equal(await ask(), 'CN=first.example')
  await ensureSelfSigned({ directory: path, domains: ['second.example'] })
  const deadline = Date.now() + 5_000
  while ((await ask()) !== 'CN=second.example') assert.ok(Date.now() < deadline)
})

test('a domain that is added has its own certificate from then on, one that can not be loaded changes nothing', async (t) => {
  const make = async (name: string) => ({
    domain: name,
    files: await ensureSelfSigned({ directory: await directory(t), domains: [name] }),
  })
  const [first, second] = [await make('first.example'), await make('second.example')]
  const store = await open(t, [first])
  const named = (name: string) => store.status().some(({ domain }) => domain === name)
  const context = store.contextFor('second.example')
  await assert.rejects(
    store.add([first, second, { domain: 'c.example', files: { cert: 'none.pem', key: 'none.pem' } }]),
  )
  assert.deepEqual([named('second.example'), store.contextFor('second.example') === context], [false, true])
  await store.add([first, second])
  assert.deepEqual([named('second.example'), store.contextFor('second.example') === context], [true, false])
  assert.equal(store.contextFor('first.example'), context)
  assert.equal(store.status().length, 2)
})

test('a store does not open without its files', async (t) => {
  const files = { cert: join(await directory(t), 'none.pem'), key: 'none.pem' }
  await assert.rejects(open(t, [{ domain: 'a.example', files }]), /a\.example/)
})
