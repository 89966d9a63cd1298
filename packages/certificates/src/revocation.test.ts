import assert from 'node:assert/strict'
import { KeyObject, webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { connect, createServer as createTls, type TLSSocket } from 'node:tls'
import { silentTelemetry } from '@heliograph/telemetry'
import { openCertificates } from './open-certificates.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** An authority, and somebody's certificate from it. */
async function authority() {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const make = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const [root, own] = [await make(), await make()]
  const times = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) }
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...{ serialNumber: '01', name: 'CN=Root', ...times, keys: root, signingAlgorithm: ALGORITHM },
      extensions: [new x509.BasicConstraintsExtension(true), new x509.KeyUsagesExtension(usages, true)],
    },
    webcrypto,
  )
  const leaf = await x509.X509CertificateGenerator.create(
    {
      ...{ serialNumber: '02', subject: 'CN=peer.example', issuer: ca.subject, ...times, signingAlgorithm: ALGORITHM },
      ...{ publicKey: own.publicKey, signingKey: root.privateKey },
    },
    webcrypto,
  )
  const list = async (revoked: readonly string[], until = times.notAfter): Promise<string> => {
    const entries = revoked.map((serialNumber) => ({ serialNumber, revocationDate: times.notBefore }))
    const crl = await x509.X509CrlGenerator.create(
      {
        ...{ issuer: ca.subject, thisUpdate: times.notBefore, nextUpdate: until, entries },
        ...{ signingAlgorithm: ALGORITHM, signingKey: root.privateKey },
      },
      webcrypto,
    )
    // The library calls it otherwise.
    return crl.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----')
  }
  const key = String(KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }))
  return { ca: ca.toString('pem'), cert: leaf.toString('pem'), key, list }
}

test('a peer’s certificate is worth what the authorities and their lists say now', async (t) => {
  const dataDir = await mkdtemp(`${tmpdir()}/hg-crl-`)
  t.after(() => rm(dataDir, { recursive: true }))
  const { ca, cert, key, list } = await authority()
  const [log, signal] = [silentTelemetry().log, new AbortController().signal]
  const domains = [{ name: 'ours.example' }]
  await using store = await openCertificates({ domains, dataDir, tls: { ca: [ca] } }, { log, signal })
  const server = createTls({ SNICallback: store.sniCallback, requestCert: true, rejectUnauthorized: false })
  store.attach(server)
  const listener = createServer((socket) => void server.emit('connection', socket)).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    server.close()
    listener.close()
  })
  const judged = async (): Promise<string> => {
    const { port } = listener.address() as AddressInfo
    const judging = once(server, 'secureConnection') as Promise<[TLSSocket]>
    const client = connect({
      ...{ socket: connectTcp(port, '127.0.0.1'), servername: 'ours.example', rejectUnauthorized: false, cert, key },
    })
    client.on('error', () => {})
    const [socket] = await judging
    const verdict = socket.authorized ? 'good' : String(socket.authorizationError)
    for (const each of [socket, client]) each.destroy()
    return verdict
  }
  assert.equal(await judged(), 'good')
  await store.trust({ ca: [ca], crl: [await list([])] })
  assert.equal(await judged(), 'good')
  await store.trust({ ca: [ca], crl: [await list(['02'])] })
  assert.equal(await judged(), 'CERT_REVOKED')
  await store.trust({ ca: [ca], crl: [await list([], new Date(Date.now() - DAY_MS / 2))] })
  assert.equal(await judged(), 'CRL_HAS_EXPIRED')
  await store.trust({ ca: [(await authority()).ca], crl: undefined })
  assert.match(await judged(), /UNABLE_TO|CERT_SIGNATURE_FAILURE/)
  await assert.rejects(store.trust({ ca: [ca], crl: ['no list'] }))
  assert.match(await judged(), /UNABLE_TO|CERT_SIGNATURE_FAILURE/)
})
