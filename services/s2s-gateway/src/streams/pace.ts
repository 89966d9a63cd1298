import type { Rates } from '@heliograph/config'
import { Bucket } from '@heliograph/ownership'

/** How much goes in a second, of stanzas and of bytes, with what was saved up. */
export class Pace {
  readonly rates: Rates
  readonly #stanzas: Bucket | undefined
  readonly #bytes: Bucket | undefined

  constructor(rates: Rates, now: number) {
    const { stanzasPerSecond, bytesPerSecond, burstSeconds } = rates
    this.rates = rates
    this.#stanzas = stanzasPerSecond > 0 ? new Bucket(stanzasPerSecond, burstSeconds, now) : undefined
    this.#bytes = bytesPerSecond > 0 ? new Bucket(bytesPerSecond, burstSeconds, now) : undefined
  }

  /** A stanza of so many bytes goes; none: just looks. Milliseconds until nothing is owed any more. */
  spend(now: number, bytes = 0): number {
    this.#stanzas?.take(bytes > 0 ? 1 : 0, now)
    this.#bytes?.take(bytes, now)
    return Math.max(this.#stanzas?.owedMs ?? 0, this.#bytes?.owedMs ?? 0)
  }
}

/** Whether anything is to be counted at all. */
export function isLimited({ stanzasPerSecond, bytesPerSecond }: Rates): boolean {
  return stanzasPerSecond + bytesPerSecond > 0
}
