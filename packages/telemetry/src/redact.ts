const secretKeys = new Set([
  'body',
  'xml',
  'stanza',
  'payload',
  'password',
  'secret',
  'token',
  'proof',
  'clientProof',
  'authMessage',
  'storedKey',
  'serverKey',
])

/** The value a withheld field is logged with. */
export const withheld = '[withheld]'

/**
 * Says how large a piece of content was, without any of it: what a log line may hold about a stanza or a secret.
 *
 * @returns for example `412 bytes` (UTF-8 for strings).
 */
export function redact(content: string | Uint8Array): string {
  return `${typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength} bytes`
}

/** True for a field name whose value never reaches a log line, whatever the caller passes. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key)
}
