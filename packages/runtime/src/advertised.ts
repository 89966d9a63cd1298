import { hostname, networkInterfaces } from 'node:os'

const wildcards = new Set(['0.0.0.0', '[::]'])

/**
 * The address by which others reach a server bound at `bound` (`host:port`): `host` when it was given, else what it is
 * bound to, else (bound to all addresses) the machine's first IPv4 address that isn't loopback, else its name.
 */
export function advertisedAddress(bound: string, host: string | undefined): string {
  const at = bound.lastIndexOf(':')
  const port = bound.slice(at + 1)
  if (host !== undefined) return `${host.includes(':') ? `[${host}]` : host}:${port}`
  return wildcards.has(bound.slice(0, at)) ? `${machineAddress()}:${port}` : bound
}

function machineAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return all.find((each) => each.family === 'IPv4' && !each.internal)?.address ?? hostname()
}
