import type { LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** What isn't the public internet (RFC 6890 and IANA's registries of special addresses): this machine, private and local networks, groups. */
const SPECIAL = new BlockList()
for (const [net, prefix] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ] as const),
] as const)
  SPECIAL.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  // Unspecified, loopback, and IPv4 addresses in another dress; those of ::ffff:0:0/96 are judged by the rules above.
  ...([
    ['::', 96],

    ['64:ff9b:1::', 48],
    ['2001::', 32],
    ['2002::', 16],
  ] as const),
  ...([
    ['fc00::', 7],
    ['fe80::', 9],
    ['ff00::', 8],
  ] as const),
] as const)
  SPECIAL.addSubnet(net, prefix, 'ipv6')

/** Whether an address is one that anybody on the internet may connect to. */
export function isPublic(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !SPECIAL.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** A look-up that finds public addresses only: who names a host may not thereby have us connect into our own network. */
export function publicOnly(lookup: LookupFunction): LookupFunction {
  return (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      const addresses = error ? [] : (found as LookupAddress[]).filter(({ address }) => isPublic(address))
      const [first] = addresses
      if (first === undefined) done(error ?? notPublic(host), '')
      else if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
}

/** As if there were no such host. */
export function notPublic(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no public address`), { code: 'ENOTFOUND' })
}
