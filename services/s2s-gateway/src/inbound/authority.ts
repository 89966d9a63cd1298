import type { Domain } from '@heliograph/jid'

/** Pairs of domains that one stream may be good for by dialback. */
const MOST_PAIRS = 100

/** For which domains a peer may speak on a stream. */
export class Authority {
  /** By certificate: to all of our domains. */
  readonly #domains = new Set<Domain>()
  /** By dialback: to those of ours for which it has shown a key (XEP-0220 §2.2.1). */
  readonly #pairs = new Map<Domain, Set<Domain>>()
  #count = 0

  get isEmpty(): boolean {
    return this.#domains.size + this.#count === 0
  }

  grant(remote: Domain): void {
    this.#domains.add(remote)
  }

  /** False when it has too many. */
  grantPair(remote: Domain, local: Domain): boolean {
    if (this.covers(remote, local)) return true
    if (this.#count >= MOST_PAIRS) return false
    this.#count++
    const locals = this.#pairs.get(remote)
    if (locals === undefined) this.#pairs.set(remote, new Set([local]))
    else locals.add(local)
    return true
  }

  /** Whether it may speak for any domain of that sort. */
  some(isMeant: (remote: Domain) => boolean): boolean {
    return [...this.#domains, ...this.#pairs.keys()].some(isMeant)
  }

  /** Whether it may speak for a domain at all. */
  has(remote: Domain): boolean {
    return this.#domains.has(remote) || this.#pairs.has(remote)
  }

  /** Whether it may speak for a domain to that one of ours. */
  covers(remote: Domain, local: Domain): boolean {
    return this.#domains.has(remote) || this.#pairs.get(remote)?.has(local) === true
  }
}
