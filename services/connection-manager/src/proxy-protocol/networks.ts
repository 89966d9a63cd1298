import { BlockList, isIPv6 } from 'node:net'

/** A list of networks in CIDR form, asked whether an address is in one of them. */
export class Networks {
  readonly #list = new BlockList()
  readonly empty: boolean

  constructor(cidrs: readonly string[]) {
    this.empty = cidrs.length === 0
    for (const cidr of cidrs) {
      const slash = cidr.indexOf('/')
      const network = cidr.slice(0, slash)
      this.#list.addSubnet(network, Number(cidr.slice(slash + 1)), isIPv6(network) ? 'ipv6' : 'ipv4')
    }
  }

  has(address: string): boolean {
    return !this.empty && this.#list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

/** The address as people write it: IPv4 that came in on an IPv6 socket loses its prefix. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
