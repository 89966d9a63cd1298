import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

type BindingType = 'tls-exporter' | 'tls-server-end-point'

/** What a connection can be bound to; has the shape SASL asks for. */
export interface TlsChannelBindings {
  readonly types: readonly BindingType[]
  data(type: string): Buffer | undefined
}

/** RFC 5929 §4.1: the signature's hash function, but SHA-256 for MD5 and SHA-1. */
const HASHES: ReadonlyArray<readonly [RegExp, string]> = [
  [/sha3-?256/i, 'sha3-256'],
  [/sha3-?384/i, 'sha3-384'],
  [/sha3-?512/i, 'sha3-512'],
  [/sha-?384/i, 'sha384'],
  [/sha-?512/i, 'sha512'],
  [/sha-?224/i, 'sha224'],
  [/sha-?256/i, 'sha256'],
  [/sha-?1\b|sha1|md5/i, 'sha256'],
]

/**
 * The `tls-server-end-point` data of a certificate (RFC 5929 §4).
 * @returns undefined when its signature names no hash function (Ed25519, RSA-PSS): the RFC defines nothing for it
 */
export function serverEndPoint(certificate: X509Certificate): Buffer | undefined {
  const hash = hashOf(certificate)
  return hash === undefined ? undefined : createHash(hash).update(certificate.raw).digest()
}

/** The `tls-exporter` data of a connection (RFC 9266 §4.2). */
export function tlsExporter(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
}

/** Whether `tls-server-end-point` is defined for a certificate. */
export function hasEndPoint(certificate: X509Certificate): boolean {
  return hashOf(certificate) !== undefined
}

function hashOf(certificate: X509Certificate): string | undefined {
  const algorithm = certificate.signatureAlgorithm ?? ''
  return HASHES.find(([pattern]) => pattern.test(algorithm))?.[1]
}

/**
 * The channel bindings of the server's side of a connection whose handshake is done. `tls-exporter` is offered for TLS 1.3
 * only: before, it is safe only with an extension that Node doesn't report (RFC 9266 §4.2).
 * `endPoint` says whether its certificate has a `tls-server-end-point`, where that is known: reading the certificate costs more than the
 * rest of an authentication, so it is put off until a client binds to it.
 */
export function channelBindingsOf(socket: TLSSocket, endPoint = ownEndPoint(socket) !== undefined): TlsChannelBindings {
  const types: BindingType[] = []
  if (socket.getProtocol() === 'TLSv1.3') types.push('tls-exporter')
  if (endPoint) types.push('tls-server-end-point')
  return {
    types,
    data: (type) => {
      if (!(types as string[]).includes(type)) return undefined
      return type === 'tls-exporter' ? tlsExporter(socket) : ownEndPoint(socket)
    },
  }
}

function ownEndPoint(socket: TLSSocket): Buffer | undefined {
  const certificate = socket.getX509Certificate()
  return certificate === undefined ? undefined : serverEndPoint(certificate)
}
