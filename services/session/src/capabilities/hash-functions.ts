import { createHash } from 'node:crypto'

/** Names of hash functions (XEP-0300 §4) as OpenSSL has them. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['sha-1', 'sha1'],
  ['sha-224', 'sha224'],
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
  ['sha3-256', 'sha3-256'],
  ['sha3-512', 'sha3-512'],
])

export function isHashKnown(name: string): boolean {
  return FUNCTIONS.has(name)
}

/** In base64; undefined when nobody here knows the function. */
export function hashOf(name: string, input: string): string | undefined {
  const algorithm = FUNCTIONS.get(name)
  return algorithm && createHash(algorithm).update(input).digest('base64')
}
