import type { Rates } from '@heliograph/config'
import type { Domain } from '@heliograph/jid'
import { isLimited, Pace } from './pace.ts'

const MOST = 10_000

/** What goes in one direction between this gateway and single domains, on all streams of a domain together. */
export class Allowances {
  /** Of too many the one that is known for longest begins anew. */
  readonly #paces = new Map<Domain, Pace>()

  /** A stanza of so many bytes goes. Milliseconds for which no other may. */
  spend(domain: Domain, rates: Rates | undefined, bytes: number): number {
    if (rates === undefined || !isLimited(rates)) return 0
    return this.#of(domain, rates).spend(performance.now(), bytes)
  }

  /** Milliseconds for which none may. */
  owed(domain: Domain, rates: Rates): number {
    return isLimited(rates) ? this.#of(domain, rates).spend(performance.now()) : 0
  }

  #of(domain: Domain, rates: Rates): Pace {
    const known = this.#paces.get(domain)
    if (known?.rates === rates) return known
    const pace = new Pace(rates, performance.now())
    this.#paces.set(domain, pace)
    if (this.#paces.size > MOST) for (const oldest of this.#paces.keys().take(1)) this.#paces.delete(oldest)
    return pace
  }
}
