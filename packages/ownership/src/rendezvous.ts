import { PARTITIONS } from './ownership.ts'

/**
 * Who should own each partition, by rendezvous hashing: every instance that knows the same members proposes the same, and a member that
 * comes or goes moves only its own share. Empty when there are no members.
 */
export function propose(members: readonly string[]): readonly string[] {
  const names = [...members].sort()
  if (names.length === 0) return []
  const seeds = names.map(hashOf)
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    let best = 0
    let highest = -1
    for (let i = 0; i < seeds.length; i++) {
      const score = mix(seeds[i]! ^ Math.imul(partition + 1, 0x9e3779b1))
      if (score <= highest) continue
      highest = score
      best = i
    }
    return names[best]!
  })
}

/** How much a name wants a key: whoever has the highest of all has it, and a name that comes or goes moves only its own share. */
export function affinity(name: string, key: string): number {
  return mix(hashOf(name) ^ hashOf(key))
}

function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** Murmur3's finaliser: every bit of the input reaches every bit of the result. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
