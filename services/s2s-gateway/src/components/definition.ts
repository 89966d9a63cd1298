import { BlockList, isIPv6 } from 'node:net'
import type { HeliographConfig } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'

/** A domain that an external component serves, as configured. */
export interface Definition {
  readonly domain: Domain
  readonly password: string
  /** How it may prove that it is itself: XEP-0114, XEP-0225. */
  readonly authentication: HeliographConfig['components'][number]['authentication']
  /** What it may bind to one stream (XEP-0225): itself, and what else it serves. */
  readonly siblings: readonly Domain[]
  /** It must come over TLS. */
  readonly tls: boolean
  readonly privileges: HeliographConfig['components'][number]['privileges']
  /** What it answers in the place of the server and of accounts (XEP-0355). */
  readonly delegations: HeliographConfig['components'][number]['delegations']
  /** Streams at a time, in the whole cluster. */
  readonly streams: number
  /** How long stanzas wait for it after its last stream is gone. */
  readonly waitMs: number
  /** Whether it may come from that address. */
  admits(address: string): boolean
}

/** @throws InvalidJid for a domain that is none */
export function definitionsOf({ components }: Pick<HeliographConfig, 'components'>): ReadonlyMap<Domain, Definition> {
  const all = components.flatMap(({ domains, from, waitSeconds, ...given }) => {
    const siblings = domains.map(ensureDomain)
    const shared = { ...given, siblings, waitMs: waitSeconds * 1000, admits: admitting(from) }
    return siblings.map((domain): Definition => ({ ...shared, domain }))
  })
  return new Map(all.map((definition) => [definition.domain, definition]))
}

/** Whether it may connect as XEP-0114 has it. */
export function byHandshake({ authentication }: Definition): boolean {
  return authentication.includes('handshake')
}

/** Whether it may connect as XEP-0225 has it. */
export function bySasl({ authentication }: Definition): boolean {
  return authentication.includes('sasl')
}

function admitting(networks: readonly string[]): Definition['admits'] {
  if (networks.length === 0) return () => true
  const list = new BlockList()
  for (const network of networks) {
    const [address, bits] = network.split('/')
    list.addSubnet(address!, Number(bits), familyOf(address!))
  }
  return (address) => {
    // IPv4 that came in on an IPv6 socket.
    const plain = /^::ffff:\d+\./.test(address) ? address.slice(7) : address
    return plain !== '' && list.check(plain, familyOf(plain))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
