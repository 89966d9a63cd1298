import type { ScramHash } from './credentials.ts'
import { hmac } from './hmac.ts'
import { keyLength, type ScramKeys } from './scram-keys.ts'

/** Bytes of salt in what we store; a fake one must not differ. */
export const SALT_LENGTH = 16

export interface UnknownUser {
  readonly username: string
  readonly domain: string
  readonly hash: ScramHash
  readonly iterations: number
}

/**
 * Keys for a user who doesn't exist: the same each time and at every instance that has the secret, so that a salt tells nobody
 * whether an account is there (RFC 5802 §9). No password fits them.
 */
export function fakeScramKeys(secret: Buffer, user: UnknownUser): ScramKeys {
  const make = (what: string, bytes: number) =>
    hmac('sha512', secret, [what, user.hash, user.domain, user.username].join('\0')).subarray(0, bytes)
  return {
    hash: user.hash,
    iterations: user.iterations,
    salt: make('salt', SALT_LENGTH),
    storedKey: make('stored key', keyLength(user.hash)),
    serverKey: make('server key', keyLength(user.hash)),
  }
}
