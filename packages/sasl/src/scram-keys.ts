import { hash as digest, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { ScramHash } from './credentials.ts'
import { hmac } from './hmac.ts'

const derive = promisify(pbkdf2)

/** XEP-0438 §5.2 and current advice: the default cost of a guess. */
export const DEFAULT_ITERATIONS = 10_000

export interface ScramParameters {
  readonly hash: ScramHash
  readonly salt: Buffer
  readonly iterations: number
}

/** What a server stores instead of a password (RFC 5802 §3). */
export interface ScramKeys extends ScramParameters {
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const DIGEST = {
  'SHA-1': { name: 'sha1', bytes: 20 },
  'SHA-256': { name: 'sha256', bytes: 32 },
  'SHA-512': { name: 'sha512', bytes: 64 },
} as const satisfies Record<ScramHash, unknown>

/** The length of a hash's keys and proofs in bytes. */
export function keyLength(hash: ScramHash): number {
  return DIGEST[hash].bytes
}

/** Derives the keys of a prepared password; the costly part runs off the main thread. */
export async function deriveScramKeys(prepared: string, parameters: ScramParameters): Promise<ScramKeys> {
  const { hash, salt, iterations } = parameters
  const { name, bytes } = DIGEST[hash]
  return scramKeysOf(await derive(prepared, salt, iterations, bytes, name), parameters)
}

/** The keys of a password that was salted already. */
export function scramKeysOf(salted: Buffer, { hash, salt, iterations }: ScramParameters): ScramKeys {
  const { name } = DIGEST[hash]
  const storedKey = digest(name, hmac(name, salted, 'Client Key'), 'buffer')
  return { hash, salt, iterations, storedKey, serverKey: hmac(name, salted, 'Server Key') }
}

/** Checks a client's proof in constant time. @returns the server's signature, or undefined when the proof is wrong */
export function verifyScramProof(keys: ScramKeys, authMessage: string, clientProof: Buffer): Buffer | undefined {
  if (clientProof.length !== keyLength(keys.hash)) return undefined
  const { name } = DIGEST[keys.hash]
  const clientKey = hmac(name, keys.storedKey, authMessage)
  for (let at = 0; at < clientKey.length; at++) clientKey[at] = clientKey[at]! ^ clientProof[at]!
  const serverSignature = hmac(name, keys.serverKey, authMessage)
  const proven = digest(name, clientKey, 'buffer')
  return timingSafeEqual(proven, keys.storedKey) ? serverSignature : undefined
}

/** Checks a prepared password against stored keys in constant time. */
export async function verifyPassword(prepared: string, keys: ScramKeys): Promise<boolean> {
  const { storedKey } = await deriveScramKeys(prepared, keys)
  return timingSafeEqual(storedKey, keys.storedKey)
}
