import { isIPv4, isIPv6 } from 'node:net'
import type { ProxyReading } from './header.ts'

/** Longest line the protocol allows, line break included (PROXY protocol §2.1). */
const LONGEST = 107

/** `PROXY TCP4 source destination sourcePort destinationPort\r\n`, or `PROXY UNKNOWN…\r\n`. */
export function readV1(bytes: Buffer): ProxyReading {
  const end = bytes.subarray(0, LONGEST).indexOf('\r\n', 0, 'latin1')
  if (end < 0) return bytes.length < LONGEST ? 'incomplete' : 'invalid'
  const length = end + 2
  const [, family, source, destination, ...ports] = bytes.latin1Slice(0, end).split(' ')
  if (family === 'UNKNOWN') return { source: undefined, length }
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : undefined
  if (isAddress === undefined || source === undefined || destination === undefined) return 'invalid'
  if (!isAddress(source) || !isAddress(destination)) return 'invalid'
  if (ports.length !== 2 || !ports.every(isPort)) return 'invalid'
  return { source, length }
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}
