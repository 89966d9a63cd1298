import { addressGroup, networkOf } from '@heliograph/streams'
import type { Counters } from './counters.ts'

/** How many may try to register within the window. */
export interface ThrottleLimits {
  /** From one address, of IPv6 from one /64. */
  readonly perAddress: number
  /** From one /24, of IPv6 from one /48. */
  readonly perNetwork: number
  readonly total: number
  readonly windowSeconds: number
}

/**
 * Counts an attempt to register, cluster-wide, and says what there were too many of. Who is refused for his address or his network doesn't
 * count towards what others may do.
 */
export async function throttled(
  counters: Counters,
  limits: ThrottleLimits,
  source: string,
): Promise<'address' | 'network' | 'total' | undefined> {
  const exceeds = async (key: string, most: number) =>
    (await counters.increment(`registrations:${key}`, limits.windowSeconds)) > most
  if (await exceeds(addressGroup(source), limits.perAddress)) return 'address'
  if (await exceeds(`network:${networkOf(source)}`, limits.perNetwork)) return 'network'
  return (await exceeds('total', limits.total)) ? 'total' : undefined
}
