import { saslprep } from '@mongodb-js/saslprep'

const ASCII = /^[\x20-\x7e]+$/

/**
 * Prepares a password by SASLprep (RFC 4013), which SCRAM's clients use too (RFC 5802 §2.2). Code points newer than its Unicode 3.2
 * are let through, at rest as well: clients send them, and nobody could choose such a password otherwise.
 * @returns undefined when it holds prohibited characters or nothing
 */
export function preparePassword(password: string): string | undefined {
  if (ASCII.test(password)) return password
  try {
    const prepared = saslprep(password, { allowUnassigned: true })
    return prepared === '' ? undefined : prepared
  } catch {
    return undefined // the library's way to say «prohibited»
  }
}
