import type { Domain } from '@heliograph/jid'
import { inOrder, type Service } from './srv-order.ts'

/** Where a domain's server may be. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly directTls: boolean
  /** The operator says so, and nobody else. */
  readonly isConfigured?: true
}

const PORT = 5269
/** Of a domain. */
const MOST_TARGETS = 8

export interface Names {
  services(name: string, directTls: boolean): Promise<Service[]>
}

/** Finds servers of other domains: by configured routes, else by DNS (RFC 6120 §3.2, XEP-0368 §3). */
export class Finder {
  readonly #routes: ReadonlyMap<string, readonly Target[]>
  readonly #names: Names

  constructor(routes: ReadonlyMap<string, readonly Target[]>, names: Names) {
    this.#routes = routes
    this.#names = names
  }

  /** Where to try, in this order; empty when the domain says that it has no such service. Addresses are looked up by who connects. */
  async find(domain: Domain): Promise<readonly Target[]> {
    const routed = this.#routes.get(domain)
    if (routed !== undefined) return routed
    const answers = await Promise.allSettled([this.#names.services(domain, false), this.#names.services(domain, true)])
    const services = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const offered = services.filter(({ name }) => name !== '' && name !== '.')
    if (offered.length > 0)
      return inOrder(offered)
        .slice(0, MOST_TARGETS)
        .map(({ name, port, directTls }) => ({ host: name, port, directTls }))
    // RFC 6120 §3.2.1: a target of "." means decidedly not; without an answer the domain itself is tried (§3.2.2).
    if (services.some(({ directTls }) => !directTls)) return []
    return [{ host: domain, port: PORT, directTls: false }]
  }
}
