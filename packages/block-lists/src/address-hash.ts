import { hash } from 'node:crypto'
import type { BareJid, Domain } from '@heliograph/jid'

const SHA_256_HEX = /^[0-9a-f]{64}$/

/** How a list names a bare address, or a whole domain. */
export function addressHash(address: BareJid | Domain): string {
  return hash('sha256', address)
}

/** The name in the id of an item; undefined where that is none. */
export function hashOf(id: string): string | undefined {
  const hex = id.toLowerCase()
  return SHA_256_HEX.test(hex) ? hex : undefined
}
