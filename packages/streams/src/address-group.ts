import { isIPv4, isIPv6 } from 'node:net'

/** What is counted by client address is counted under this: the address, or the /64 that an IPv6 user has to himself. */
export function addressGroup(address: string): string {
  const plain = unmapped(address)
  const groups = ipv6Groups(plain)
  return groups === undefined ? plain : `${groups.slice(0, 4).join(':')}::/64`
}

/** The network that the address is in: the /24, of IPv6 the /48 that a site usually has. */
export function networkOf(address: string): string {
  const plain = unmapped(address)
  if (isIPv4(plain)) return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`
  const groups = ipv6Groups(plain)
  return groups === undefined ? plain : `${groups.slice(0, 3).join(':')}::/48`
}

/** Of an IPv4-mapped address, however that is written, the IPv4 address (RFC 4291 §2.5.5.2). */
function unmapped(address: string): string {
  const groups = ipv6Groups(address)
  if (groups?.[5] !== 'ffff' || groups.slice(0, 5).some((group) => group !== '0')) return address
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function ipv6Groups(address: string): string[] | undefined {
  const bare = address.split('%')[0] ?? ''
  if (!isIPv6(bare)) return undefined
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  return [...groups, ...zeros, ...after]
}

/** Whether the address is the machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address)
}
