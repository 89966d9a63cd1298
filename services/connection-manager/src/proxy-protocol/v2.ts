import type { ProxyReading } from './header.ts'

export const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

const HEADER = 16
/** Room for the addresses and a moderate number of extensions (TLVs), which are skipped. */
const LONGEST_BODY = 536
const LOCAL = 0x20
const PROXY = 0x21
const TCP4 = 0x11
const TCP6 = 0x21

/** The binary header (PROXY protocol §2.2). Families other than TCP over IP give no source. */
export function readV2(bytes: Buffer): ProxyReading {
  if (bytes.length < HEADER) return 'incomplete'
  const command = bytes[12]!
  if (command !== LOCAL && command !== PROXY) return 'invalid'
  const body = bytes.readUInt16BE(14)
  if (body > LONGEST_BODY) return 'invalid'
  const length = HEADER + body
  if (bytes.length < length) return 'incomplete'
  if (command === LOCAL) return { source: undefined, length }
  const family = bytes[13]!
  if (family === TCP4) return body < 12 ? 'invalid' : { source: ipv4(bytes, HEADER), length }
  if (family === TCP6) return body < 36 ? 'invalid' : { source: ipv6(bytes, HEADER), length }
  return { source: undefined, length }
}

function ipv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

function ipv6(bytes: Buffer, at: number): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(at + i).toString(16))
  return groups.join(':')
}
