import { hash as digest } from 'node:crypto'
import type { ScramHash } from './credentials.ts'

/**
 * What a client compares with the offer it saw, base64 (XEP-0474 §5.1): SCRAM signs it, so that nobody between the two can take mechanisms
 * or channel bindings away.
 */
export function offerHash(hash: ScramHash, mechanisms: readonly string[], bindings: readonly string[]): string {
  // XEP-0474 §5.1: sorted as octets, which for these names is what `toSorted` does.
  const list = (names: readonly string[]) => names.toSorted().join('\x1e')
  const offer = bindings.length === 0 ? list(mechanisms) : `${list(mechanisms)}\x1f${list(bindings)}`
  return digest(hash.replace('-', '').toLowerCase(), offer, 'base64')
}
