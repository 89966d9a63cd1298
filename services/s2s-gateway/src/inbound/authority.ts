import type { Domain } from '@heliograph/jid'

/** For which domains a peer may speak on a stream. */
export class Authority {
  /** By certificate: to all of our domains. */
  readonly #domains = new Set<Domain>()
  /** By dialback: to one of them each (XEP-0220 §2.2.1). */
  readonly #pairs = new Set<string>()

  get isEmpty(): boolean {
    return this.#domains.size + this.#pairs.size === 0
  }

  grant(remote: Domain): void {
    this.#domains.add(remote)
  }

  grantPair(remote: Domain, local: Domain): void {
    this.#pairs.add(`${remote} ${local}`)
  }

  /** Whether it may speak for a domain at all. */
  has(remote: Domain): boolean {
    if (this.#domains.has(remote)) return true
    for (const pair of this.#pairs) if (pair.startsWith(`${remote} `)) return true
    return false
  }

  /** Whether it may speak for a domain to that one of ours. */
  covers(remote: Domain, local: Domain): boolean {
    return this.#domains.has(remote) || this.#pairs.has(`${remote} ${local}`)
  }
}
