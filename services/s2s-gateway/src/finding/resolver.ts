import { type LookupAddress, lookup } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Service } from './srv-order.ts'

const TIMEOUT_MS = 3_000
const TRIES = 2

/** Says that there is no such record, as opposed to no answer. */
const NONE: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA'])

/** The questions a gateway asks DNS, of the system's servers or of others. */
export class NameResolver {
  readonly #resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  readonly #own: boolean

  /** @param servers addresses, with ports where they aren't 53; empty: those of the system */
  constructor(servers: readonly string[]) {
    this.#own = servers.length > 0
    if (this.#own) this.#resolver.setServers(servers)
  }

  /** The SRV records of a name: empty when there are none. @throws when DNS doesn't answer */
  async services(name: string, directTls: boolean): Promise<Service[]> {
    const prefix = directTls ? '_xmpps-server._tcp' : '_xmpp-server._tcp'
    try {
      const records = await this.#resolver.resolveSrv(`${prefix}.${domainToASCII(name)}`)
      return records.map((record) => ({ ...record, directTls }))
    } catch (error) {
      if (NONE.has((error as NodeJS.ErrnoException).code)) return []
      throw error
    }
  }

  /** For `net.connect`: from the configured servers, or as the system does it. */
  readonly lookup: LookupFunction = (host, options, done) => {
    if (!this.#own || host === 'localhost') {
      lookup(host, options as { all: true }, done as never)
      return
    }
    this.#addresses(domainToASCII(host)).then(
      (found) => {
        const [first] = found
        if (options.all) done(null, found)
        else if (first) done(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    )
  }

  async #addresses(host: string): Promise<LookupAddress[]> {
    const [v6, v4] = await Promise.allSettled([this.#resolver.resolve6(host), this.#resolver.resolve4(host)])
    const found = [
      ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
      ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ]
    if (found.length > 0) return found
    throw v4.status === 'rejected' ? v4.reason : new Error('no address')
  }
}
