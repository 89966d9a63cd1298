import { join } from 'node:path'
import type { Logger } from '@heliograph/telemetry'
import { CertificateStore, type DomainCertificate } from './certificate-store.ts'
import type { CertificateFiles } from './files.ts'
import { ensureSelfSigned } from './self-signed.ts'
import type { TlsPolicy } from './tls-options.ts'

export interface ServerCertificates {
  /** Each with its files, or to have a self-signed certificate. The first one also serves who names no domain. */
  readonly domains: readonly { readonly name: string; readonly certificate?: CertificateFiles }[]
  /** Self-signed certificates are kept below it. */
  readonly dataDir: string
  readonly tls: TlsPolicy
}

/**
 * The certificates of a server's domains, as configured; self-signed where none are. `signal` ends the watching of their files.
 *
 * @throws when one can't be loaded
 */
export async function openCertificates(
  given: ServerCertificates,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<CertificateStore> {
  const { minVersion, ciphers, ca, crl, resumption } = given.tls
  const certificates = await certificatesOf(given)
  return CertificateStore.open({ certificates, policy: { minVersion, ciphers, ca, crl, resumption }, log, signal })
}

/** The certificates of a server's domains, in their order; self-signed where none are configured. */
export async function certificatesOf({
  domains,
  dataDir,
}: Omit<ServerCertificates, 'tls'>): Promise<DomainCertificate[]> {
  const needed = domains.filter(({ certificate }) => certificate === undefined).map(({ name }) => name)
  const directory = join(dataDir, 'certificates')
  const selfSigned = needed.length === 0 ? undefined : await ensureSelfSigned({ directory, domains: needed })
  return domains.flatMap(({ name, certificate }) => {
    const files = certificate ?? selfSigned
    return files === undefined ? [] : [{ domain: name, files }]
  })
}
