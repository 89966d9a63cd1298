/** What a client of a SOCKS5 proxy has said so far (RFC 1928). */
export type Said =
  | { readonly kind: 'incomplete' }
  /** It greets with the methods that it knows; the answer says which one it is to be. */
  | { readonly kind: 'greeting'; readonly length: number; readonly answer: Buffer; readonly isAcceptable: boolean }
  /** Where it wants to go: with bytestreams a hash that stands for them (XEP-0065 §9.2). */
  | { readonly kind: 'connect'; readonly length: number; readonly hash: string }
  /** Something that isn't done here, with what it is answered. */
  | { readonly kind: 'refused'; readonly answer: Buffer }

const VERSION = 5
const NO_AUTHENTICATION = 0
const CONNECT = 1
const DOMAIN_NAME = 3
const HASH_LENGTH = 40
const HASH = /^[0-9a-f]{40}$/i

/** RFC 1928 §6 */
export const REPLY = { succeeded: 0, notAllowed: 2, noCommand: 7, noAddressType: 8 } as const

const INCOMPLETE: Said = { kind: 'incomplete' }

/** RFC 1928 §3 */
export function readGreeting(bytes: Buffer): Said {
  if (bytes.length > 0 && bytes[0] !== VERSION) return { kind: 'refused', answer: Buffer.alloc(0) }
  const length = 2 + (bytes[1] ?? 0)
  if (bytes.length < 2 || bytes.length < length) return INCOMPLETE
  const isAcceptable = bytes.subarray(2, length).includes(NO_AUTHENTICATION)
  return {
    kind: 'greeting',
    length,
    isAcceptable,
    answer: Buffer.from([VERSION, isAcceptable ? NO_AUTHENTICATION : 0xff]),
  }
}

/** RFC 1928 §4 */
export function readRequest(bytes: Buffer): Said {
  if (bytes.length < 5) return INCOMPLETE
  const [version, command, , addressType, named = 0] = bytes
  if (version !== VERSION) return { kind: 'refused', answer: Buffer.alloc(0) }
  if (command !== CONNECT) return { kind: 'refused', answer: replyOf(REPLY.noCommand, '') }
  if (addressType !== DOMAIN_NAME) return { kind: 'refused', answer: replyOf(REPLY.noAddressType, '') }
  const length = 5 + named + 2
  if (bytes.length < length) return INCOMPLETE
  const hash = bytes.toString('latin1', 5, 5 + named)
  if (named !== HASH_LENGTH || !HASH.test(hash)) return { kind: 'refused', answer: replyOf(REPLY.notAllowed, '') }
  return { kind: 'connect', length, hash: hash.toLowerCase() }
}

/** RFC 1928 §6, with the name that was asked for. */
export function replyOf(code: number, name: string): Buffer {
  const address = Buffer.from(name, 'latin1')
  return Buffer.concat([Buffer.from([VERSION, code, 0, DOMAIN_NAME, address.length]), address, Buffer.alloc(2)])
}
