import { randomBytes } from 'node:crypto'

const KEY = /^[A-Za-z0-9_-]{22}$/

/** Nobody guesses it (XEP-0363 §9.3). */
export function newKey(): string {
  return randomBytes(16).toString('base64url')
}

/** Whether it can be a key: holds nothing that means anything to a file system. */
export function isKey(text: string): boolean {
  return KEY.test(text)
}
