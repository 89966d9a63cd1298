import assert from 'node:assert/strict'
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { chainProblem } from './chain-problem.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
const CA = [new x509.BasicConstraintsExtension(true)]
const { clientAuth, serverAuth } = x509.ExtendedKeyUsage

interface Made {
  readonly name: string
  readonly keys: CryptoKeyPair
  readonly algorithm: Algorithm
  readonly certificate: X509Certificate
}

type Algorithm = typeof ALGORITHM | { name: string; hash: string; modulusLength: number; publicExponent: Uint8Array }

interface Given {
  readonly extensions?: x509.Extension[]
  readonly days?: number
  readonly algorithm?: Algorithm
}

let serial = 0
type CryptoKeyPair = webcrypto.CryptoKeyPair

/** A certificate by that issuer, else self-signed. */
async function make(name: string, issuer?: Made, { extensions = [], days = 1, algorithm = ALGORITHM }: Given = {}) {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  serial++
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...{ serialNumber: `0${serial}`, subject: `CN=${name}`, issuer: `CN=${issuer?.name ?? name}`, extensions },
      ...{ notBefore: new Date(Date.now() - 3 * DAY_MS), notAfter: new Date(Date.now() + days * DAY_MS) },
      ...{ publicKey: keys.publicKey, signingKey: (issuer?.keys ?? keys).privateKey },
      signingAlgorithm: issuer?.algorithm ?? algorithm,
    },
    webcrypto,
  )
  return { name, keys, algorithm, certificate: new X509Certificate(certificate.toString('pem')) }
}

const root = await make('root', undefined, { extensions: CA })
const other = await make('other root', undefined, { extensions: CA })
const middle = await make('middle', root, { extensions: CA })
const leaf = await make('peer.example', middle)
const judge = (shown: readonly Made[], authorities: readonly Made[], now?: Date) =>
  chainProblem(
    shown.map(({ certificate }) => certificate),
    authorities.map(({ certificate }) => certificate),
    now,
  )

test('a chain that ends at one of the authorities is good, whichever side has what is between', async () => {
  assert.equal(judge([leaf, middle], [root]), undefined)
  assert.equal(judge([leaf, middle, root], [other, root]), undefined)
  assert.equal(judge([leaf], [root, middle]), undefined)
  const own = await make('own')
  assert.equal(judge([own], [own]), undefined, 'an authority for itself alone')
})

test('a chain that ends elsewhere isn’t, whatever is shown with it', async () => {
  assert.match(judge([leaf, middle, root], [other]) ?? '', /none of its authorities/)
  assert.match(judge([leaf], [root]) ?? '', /none of its authorities/)
  assert.match(judge([], [root]) ?? '', /no certificate/)
  // As with OpenSSL: who is no root leads to one only.
  assert.match(judge([leaf], [middle]) ?? '', /none of its authorities/)
  const pretender = await make('root', undefined, { extensions: CA })
  assert.match(judge([leaf, middle], [pretender]) ?? '', /none of its authorities/)
  const notOurs = await make('own')
  assert.match(judge([notOurs], [root]) ?? '', /none of its authorities/)
})

test('who is no authority vouches for nobody, nor does one for more below it than it may', async () => {
  const nobody = await make('nobody', root)
  assert.match(judge([await make('victim', nobody), nobody], [root]) ?? '', /none of its authorities/)
  const short = await make('short', undefined, { extensions: [new x509.BasicConstraintsExtension(true, 0)] })
  assert.equal(judge([await make('direct', short)], [short]), undefined)
  const below = await make('below', short, { extensions: CA })
  assert.match(judge([await make('far', below), below], [short]) ?? '', /fewer authorities/)
})

test('what has expired, is for something else, or has what isn’t checked is refused', async () => {
  assert.match(judge([leaf, middle], [root], new Date(Date.now() + 2 * DAY_MS)) ?? '', /has expired/)
  assert.match(judge([leaf, middle], [root], new Date(Date.now() - 9 * DAY_MS)) ?? '', /isn't valid yet/)
  assert.match(judge([await make('late', root, { days: -1 })], [root]) ?? '', /has expired/)
  const usage = (...usages: string[]) => ({ extensions: [new x509.ExtendedKeyUsageExtension(usages)] })
  assert.match(judge([await make('server', root, usage(serverAuth))], [root]) ?? '', /without clientAuth/)
  assert.equal(judge([await make('both', root, usage(serverAuth, clientAuth))], [root]), undefined)
  const strange = { extensions: [new x509.Extension('1.2.3.4', true, Uint8Array.of(5, 0))] }
  assert.match(judge([await make('strange', root, strange)], [root]) ?? '', /isn't checked: 1\.2\.3\.4/)
  const named = await make('named', root, {
    extensions: [...CA, new x509.Extension('2.5.29.30', false, Uint8Array.of(48, 0))],
  })
  assert.match(judge([await make('elsewhere', named), named], [root]) ?? '', /isn't checked: 2\.5\.29\.30/)
  const rsa = { name: 'RSASSA-PKCS1-v1_5', publicExponent: Uint8Array.of(1, 0, 1) }
  const small = await make('small', root, { algorithm: { ...rsa, hash: 'SHA-256', modulusLength: 1_024 } })
  assert.match(judge([small], [root]) ?? '', /short key/)
  const sha1 = { ...rsa, hash: 'SHA-1', modulusLength: 2_048 }
  const old = await make('old', undefined, { extensions: CA, algorithm: sha1 })
  assert.match(judge([await make('signed', old)], [old]) ?? '', /a way that is broken/)
})

test('what a peer shows in a handshake is enough', async (t) => {
  const pem = (each: Made) => each.certificate.toString()
  const privateKey = (each: Made) => KeyObject.from(each.keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  const server = createServer({
    ...{ cert: pem(root), key: privateKey(root), requestCert: true, rejectUnauthorized: false },
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const accepting = once(server, 'secureConnection') as Promise<[TLSSocket]>
  const { port } = server.address() as AddressInfo
  const client = connect({
    ...{
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      cert: `${pem(leaf)}${pem(middle)}`,
      key: privateKey(leaf),
    },
  })
  const [socket] = await accepting
  const shown: X509Certificate[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate) shown.push(next)
  for (const each of [client, socket]) each.destroy()
  assert.equal(chainProblem(shown, [root.certificate]), undefined)
  assert.match(chainProblem(shown, [other.certificate]) ?? '', /none of its authorities/)
})
