import type { HeliographConfig } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'

type Federation = HeliographConfig['federation']
export type Authentication = Federation['authentication']

/** What holds for another server's domain. */
export interface Terms {
  readonly inbound: boolean
  readonly outbound: boolean
  readonly authentication: Authentication
}

/** What is configured for single domains, and for all others. */
export class PeerPolicy {
  readonly #peers: ReadonlyMap<Domain, Terms>
  readonly #others: Terms

  constructor({ peers, others, authentication }: Pick<Federation, 'peers' | 'others' | 'authentication'>) {
    this.#others = { inbound: others === 'allow', outbound: others === 'allow', authentication }
    this.#peers = new Map(
      peers.map((peer) => [
        ensureDomain(peer.domain),
        {
          inbound: peer.allow === 'both' || peer.allow === 'inbound',
          outbound: peer.allow === 'both' || peer.allow === 'outbound',
          authentication: peer.authentication ?? authentication,
        },
      ]),
    )
  }

  of(domain: Domain): Terms {
    return this.#peers.get(domain) ?? this.#others
  }
}
