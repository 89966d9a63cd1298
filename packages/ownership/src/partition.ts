import { PARTITIONS } from './ownership.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * The partition of a normalised key: FNV-1a over its UTF-16 code units, finished with an avalanche step, mod 256.
 * Fixed for ever: stored data and every instance of every version agree on it.
 */
export function partitionOf(key: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), FNV_PRIME)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) % PARTITIONS
}
