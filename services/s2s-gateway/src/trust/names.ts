/** Identities in a certificate that concern XMPP (RFC 6120 §13.7.1.2). */
export interface CertificateNames {
  readonly dns: readonly string[]
  /** `_service.name` (RFC 4985). */
  readonly srv: readonly string[]
  readonly xmpp: readonly string[]
}

const ENTRY = /(DNS|othername:\s?SRVName|othername:\s?XmppAddr):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy
const OTHER = /[^",]*(?:"(?:[^"\\]|\\.)*")?[^,]*(?:, |$)/gy

/** Reads what `X509Certificate.subjectAltName` tells: entries after each other, those with odd characters as JSON strings. */
export function namesIn(alternatives: string | undefined): CertificateNames {
  const names = { dns: [] as string[], srv: [] as string[], xmpp: [] as string[] }
  const text = alternatives ?? ''
  for (let at = 0; at < text.length; ) {
    ENTRY.lastIndex = at
    const match = ENTRY.exec(text)
    if (match === null) {
      OTHER.lastIndex = at
      OTHER.exec(text)
      if (OTHER.lastIndex <= at) return names
      at = OTHER.lastIndex
      continue
    }
    const [, kind = '', written = ''] = match
    const value = written.startsWith('"') ? unquoted(written) : written
    // A name with a NUL is an attempt to look like another.
    if (value !== undefined && !value.includes('\0'))
      names[kind === 'DNS' ? 'dns' : kind.endsWith('SRVName') ? 'srv' : 'xmpp'].push(value)
    at = ENTRY.lastIndex
  }
  return names
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text))
  } catch {
    return undefined
  }
}
