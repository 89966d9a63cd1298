import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { hasEndPoint } from './channel-bindings.ts'
import type { CertificateFiles } from './files.ts'
import { type TlsPolicy, tlsDefaults } from './tls-options.ts'

/** A certificate as it was read from its files. */
export interface LoadedCertificate {
  readonly cert: Buffer
  readonly key: Buffer
  readonly leaf: X509Certificate
  readonly context: SecureContext
  /** Whether `tls-server-end-point` is defined for it (RFC 5929 §4). */
  readonly endPoint: boolean
}

/** @throws when a file can't be read, isn't PEM, or the key isn't the certificate's */
export async function loadCertificate(files: CertificateFiles, policy: TlsPolicy): Promise<LoadedCertificate> {
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)])
  const leaf = new X509Certificate(cert)
  const context = createSecureContext({ ...tlsDefaults(policy), cert, key })
  return { cert, key, leaf, context, endPoint: hasEndPoint(leaf) }
}
