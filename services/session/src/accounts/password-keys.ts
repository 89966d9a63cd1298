import { randomBytes } from 'node:crypto'
import { deriveScramKeys, preparePassword, SALT_LENGTH, SCRAM_HASHES, type ScramKeys } from '@heliograph/sasl'

/**
 * The keys of a password for every hash, each with a salt of its own (XEP-0438 §5.2).
 * @returns undefined when the password holds prohibited characters or nothing
 */
export async function keysOf(password: string, iterations: number): Promise<ScramKeys[] | undefined> {
  const prepared = preparePassword(password)
  if (prepared === undefined) return undefined
  const derive = (hash: ScramKeys['hash']) =>
    deriveScramKeys(prepared, { hash, iterations, salt: randomBytes(SALT_LENGTH) })
  return Promise.all(SCRAM_HASHES.map(derive))
}
