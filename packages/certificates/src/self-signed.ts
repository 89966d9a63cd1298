import { KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import type { CertificateFiles } from './files.ts'

export interface SelfSignedOptions {
  /** Kept there and found again by the next start; made when missing. */
  readonly directory: string
  /** Domains the certificate is for; each is joined by `*.domain`, and all by the names of this machine's loopback. */
  readonly domains: readonly string[]
  readonly now?: Date
}

const DAY_MS = 86_400_000
const VALID_DAYS = 730
/** A certificate with less time left is replaced at the next start. */
const RENEW_DAYS = 60
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const LOOPBACK = { names: ['localhost', '*.localhost'], addresses: ['127.0.0.1', '::1'] }

/**
 * A self-signed ECDSA P-256 certificate for development: the one in the directory while it covers the domains and lasts,
 * otherwise a new one. Key and certificate share one file, replaced as a whole, so several processes may call this at
 * once and none sees a key that doesn't fit.
 */
export async function ensureSelfSigned(options: SelfSignedOptions): Promise<CertificateFiles> {
  const { directory, domains, now = new Date() } = options
  const path = join(directory, 'self-signed.pem')
  const names = [...new Set([...domains.map(domainToASCII).flatMap((name) => [name, `*.${name}`]), ...LOOPBACK.names])]
  if (!(await isGoodFor(path, names, now))) {
    await mkdir(directory, { recursive: true })
    const draft = `${path}.${randomBytes(6).toString('hex')}`
    await writeFile(draft, await generate(names, now), { mode: 0o600 })
    await rename(draft, path)
  }
  return { cert: path, key: path }
}

async function isGoodFor(path: string, names: readonly string[], now: Date): Promise<boolean> {
  try {
    const certificate = new X509Certificate(await readFile(path))
    const covered = new Set(certificate.subjectAltName?.split(', ').map((name) => name.replace(/^DNS:/, '')))
    const left = certificate.validToDate.getTime() - now.getTime()
    return left > RENEW_DAYS * DAY_MS && names.every((name) => covered.has(name))
  } catch {
    return false // missing or damaged: a new one is made
  }
}

async function generate(names: readonly string[], now: Date): Promise<string> {
  // Loaded only here: the library is large, and servers with certificates of their own never need it.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const alternatives = [
    ...names.map((value) => ({ type: 'dns' as const, value })),
    ...LOOPBACK.addresses.map((value) => ({ type: 'ip' as const, value })),
  ]
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      name: [{ CN: [names[0] ?? 'localhost'] }],
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(alternatives),
      ],
    },
    webcrypto,
  )
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return `${certificate.toString('pem')}\n${key}`
}
