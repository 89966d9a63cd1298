import { isDeepStrictEqual } from 'node:util'
import { authoritiesIn, type HeliographConfig, type PeerPolicyConfig, type Rates } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'

type Federation = HeliographConfig['federation']
export type Authentication = Federation['authentication']
type Kind = Federation['inbound']['kinds'][number]
type Direction = PeerPolicyConfig['inbound']

/** What may go in one direction. */
export interface Traffic {
  readonly kinds: ReadonlySet<Kind>
  /** Of a stanza; infinite where nothing is said. */
  readonly mostBytes: number
  readonly rates: Rates
}

/** What holds for another server's domain. */
export interface Terms {
  /** Undefined: nothing. */
  readonly inbound: Traffic | undefined
  readonly outbound: Traffic | undefined
  readonly authentication: Authentication
  readonly minTls: Federation['minTls']
  /** Keys of which its certificate has one, as SHA-256 in base64; empty: any. */
  readonly pins: readonly string[]
  /** PEM of the authorities that alone vouch for it; undefined: those that count for all. */
  readonly authorities: readonly string[] | undefined
}

interface Known {
  /** Those that were read for it. */
  readonly files: readonly string[]
  readonly others: Terms
  readonly peers: ReadonlyMap<Domain, Terms>
}

/** What is configured for single domains, and for all others. It may change while streams are open. */
export class PeerPolicy {
  #known: Known

  constructor(config: PeerPolicyConfig) {
    this.#known = knownFrom(config)
  }

  of(domain: Domain): Terms {
    return termsOf(this.#known, domain)
  }

  /** Files of single domains' authorities. */
  get files(): readonly string[] {
    return this.#known.files
  }

  /** Something else holds from now on. @returns whether that concerns a domain */
  renew(config: PeerPolicyConfig): (domain: Domain) => boolean {
    return this.prepare(config)()
  }

  /** The same in two steps, of which only the first reads files, and throws. */
  prepare(config: PeerPolicyConfig): () => (domain: Domain) => boolean {
    const now = knownFrom(config)
    return () => {
      const before = this.#known
      this.#known = now
      return (domain) => !isDeepStrictEqual(termsOf(before, domain), termsOf(now, domain))
    }
  }
}

function termsOf({ peers, others }: Known, domain: Domain): Terms {
  return peers.get(domain) ?? others
}

function knownFrom({ peers, others, authentication, minTls, inbound, outbound }: PeerPolicyConfig): Known {
  const common = { authentication, minTls, pins: [], authorities: undefined }
  const [into, out] = [trafficOf(inbound), trafficOf(outbound)]
  const isAllowed = others === 'allow'
  const single = peers.map((peer): [Domain, Terms] => {
    const comes = peer.allow === 'both' || peer.allow === 'inbound'
    const goes = peer.allow === 'both' || peer.allow === 'outbound'
    const terms = {
      inbound: comes ? trafficOf({ ...inbound, ...peer.inbound }) : undefined,
      outbound: goes ? trafficOf({ ...outbound, ...peer.outbound }) : undefined,
      authentication: peer.authentication ?? authentication,
      minTls: peer.minTls ?? minTls,
      pins: peer.pins ?? [],
      authorities: peer.ca?.flatMap(authoritiesIn),
    }
    return [ensureDomain(peer.domain), terms]
  })
  return {
    others: { ...common, inbound: isAllowed ? into : undefined, outbound: isAllowed ? out : undefined },
    peers: new Map(single),
    files: peers.flatMap(({ ca }) => ca ?? []),
  }
}

function trafficOf({ kinds, stanzaBytes, ...rates }: Direction): Traffic {
  return { kinds: new Set(kinds), mostBytes: stanzaBytes ?? Number.POSITIVE_INFINITY, rates }
}
