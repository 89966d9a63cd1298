import type { X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'

/** id-kp-clientAuth and anyExtendedKeyUsage (RFC 5280 §4.2.1.12). */
const FOR_CLIENTS = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']
/** Key usage, names, basic constraints, policies (any will do), extended key usage. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.32', '2.5.29.37'])
const NAME_CONSTRAINTS = '2.5.29.30'
/** As OpenSSL has it at its level 2, which judges on other connections. */
const LEAST_RSA_BITS = 2_048
const BROKEN: ReadonlySet<string> = new Set(['MD5', 'SHA-1'])
/** Somebody else sends them. */
const MOST_SHOWN = 10

/**
 * Why nothing leads from the first of the certificates that a peer showed to one of those authorities (RFC 5280 §6.1); undefined when something
 * does. For who accepted a connection before it knew whose authorities count: OpenSSL judges during the handshake alone. As with OpenSSL an
 * authority is a self-signed certificate; others among them may lead there. What isn't checked here has the certificate refused.
 */
export function chainProblem(
  shown: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now = new Date(),
): string | undefined {
  const [leaf, ...others] = shown.slice(0, MOST_SHOWN)
  if (leaf === undefined) return 'it showed no certificate'
  const roots = authorities.filter(isSelfSigned)
  const between = [...authorities, ...others].filter((each) => !isSelfSigned(each))
  const seen = new Set<string>()
  let problem = 'none of its authorities vouches for its certificate'
  /** @param below authorities between this one and the first */
  const leads = (from: X509Certificate, below: number): boolean => {
    seen.add(from.fingerprint256)
    const unusable = unusableBecause(from, now, below)
    if (unusable !== undefined) {
      problem = unusable
      return false
    }
    if (roots.some(({ fingerprint256 }) => fingerprint256 === from.fingerprint256)) return true
    if (isWeaklySigned(from)) {
      problem = `${from.subject} is signed in a way that is broken`
      return false
    }
    return [...roots, ...between].some(
      (issuer) => !seen.has(issuer.fingerprint256) && issuer.ca && isIssuedBy(from, issuer) && leads(issuer, below + 1),
    )
  }
  return leads(leaf, -1) ? undefined : problem
}

function unusableBecause(certificate: X509Certificate, now: Date, below: number): string | undefined {
  const { subject, validFromDate, validToDate, keyUsage, publicKey } = certificate
  if (now < validFromDate) return `${subject} isn't valid yet`
  if (now > validToDate) return `${subject} has expired`
  // Node calls the extended one so.
  const usages: readonly string[] | undefined = keyUsage
  if (usages !== undefined && !FOR_CLIENTS.some((usage) => usages.includes(usage)))
    return `${subject} has an extended key usage without clientAuth`
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {}
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) return `${subject} has a short key`
  const { extensions } = parsed(certificate)
  // RFC 5280 §4.2
  const strange = extensions.find(
    ({ critical, type }) => type === NAME_CONSTRAINTS || (critical && !UNDERSTOOD.has(type)),
  )
  if (strange !== undefined) return `${subject} has an extension that isn't checked: ${strange.type}`
  const most = extensions.find(isBasic)?.pathLength ?? Number.POSITIVE_INFINITY
  return below > most ? `${subject} has fewer authorities below it` : undefined
}

function isBasic(extension: object): extension is InstanceType<Library['BasicConstraintsExtension']> {
  return extension instanceof library().BasicConstraintsExtension
}

function isWeaklySigned(certificate: X509Certificate): boolean {
  const { hash } = parsed(certificate).signatureAlgorithm as { hash?: { name: string } }
  return hash !== undefined && BROKEN.has(hash.name)
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey)
}

function parsed({ raw }: X509Certificate): InstanceType<Library['X509Certificate']> {
  return new (library().X509Certificate)(raw)
}

type Library = typeof import('@peculiar/x509')
const require = createRequire(import.meta.url)

/** Loaded when it is needed: it is large, and most servers never need it. */
function library(): Library {
  require('reflect-metadata')
  return require('@peculiar/x509') as Library
}
