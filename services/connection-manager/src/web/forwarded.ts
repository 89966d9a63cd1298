import type { IncomingHttpHeaders } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import { Networks, plainAddress } from '../proxy-protocol/networks.ts'

/** Who is at the other end of a request, beyond the proxies before us. */
export interface WebClient {
  readonly address: string
  /** Its own connection is encrypted. */
  readonly secure: boolean
  /** What it asked for as `Host`. */
  readonly host: string | undefined
}

/** What one proxy says of who came to it. */
interface Hop {
  readonly from: string
  readonly proto: string | undefined
  readonly host: string | undefined
}

export interface ForwardedOptions {
  readonly trusted: readonly string[]
  readonly header: 'X-Forwarded-For' | 'Forwarded'
}

/**
 * Reads the one header that our proxies write (RFC 7239, or the older X-Forwarded ones). From its end backwards each proxy is believed
 * as long as it is a trusted one; what stands before that anybody may have written.
 */
export class Forwarded {
  readonly trusted: Networks
  readonly #read: (headers: IncomingHttpHeaders) => readonly Hop[]

  constructor({ trusted, header }: ForwardedOptions) {
    this.trusted = new Networks(trusted)
    this.#read = header === 'Forwarded' ? readForwarded : readForwardedFor
  }

  clientOf(headers: IncomingHttpHeaders, peer: { address: string; secure: boolean }): WebClient {
    let client: WebClient = { ...peer, host: headers.host }
    if (!this.trusted.has(peer.address)) return client
    for (const { from, proto, host } of this.#read(headers).toReversed()) {
      const address = addressOf(from)
      // RFC 7239 §6.2, §6.3: unknown, or hidden.
      if (address === undefined) break
      client = { address, secure: proto === undefined ? client.secure : proto === 'https', host: host ?? client.host }
      if (!this.trusted.has(address)) break
    }
    return client
  }
}

function readForwardedFor(headers: IncomingHttpHeaders): Hop[] {
  const from = listOf(headers['x-forwarded-for'])
  const protos = listOf(headers['x-forwarded-proto'])
  const hosts = listOf(headers['x-forwarded-host'])
  // Most proxies write one value for all, some a list like that of the addresses.
  const at = (list: readonly string[], i: number) => (list.length === from.length ? list[i] : list.at(-1))
  return from.map((address, i) => ({ from: address, proto: at(protos, i)?.toLowerCase(), host: at(hosts, i) }))
}

function listOf(header: string | string[] | undefined): string[] {
  if (header === undefined) return []
  return [header]
    .flat()
    .join(',')
    .split(',')
    .map((part) => part.trim())
}

/** RFC 7239 §4. What breaks its grammar is taken for nothing, with all that stands before it. */
function readForwarded({ forwarded }: IncomingHttpHeaders): Hop[] {
  const elements = splitOutsideQuotes([forwarded ?? []].flat().join(','), ',')
  const hops = elements.map(readElement)
  const broken = hops.lastIndexOf(undefined)
  return hops.slice(broken + 1) as Hop[]
}

const PAIR = /^\s*([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")\s*$/

function readElement(element: string): Hop | undefined {
  const pairs = new Map<string, string>()
  for (const part of splitOutsideQuotes(element, ';')) {
    const match = PAIR.exec(part)
    if (match === null) return undefined
    pairs.set(match[1]!.toLowerCase(), match[2] ?? match[3]!.replace(/\\(.)/g, '$1'))
  }
  return { from: pairs.get('for') ?? '', proto: pairs.get('proto')?.toLowerCase(), host: pairs.get('host') }
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = ['']
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === '\\' && quoted) {
      parts[parts.length - 1] += character + (text[++i] ?? '')
      continue
    }
    if (character === '"') quoted = !quoted
    if (character === separator && !quoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`. */
function addressOf(node: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\w+)?$/.exec(node)?.[1]
  if (bracketed !== undefined) return isIPv6(bracketed) ? plainAddress(bracketed) : undefined
  if (isIPv6(node)) return plainAddress(node)
  const bare = node.replace(/:\w+$/, '')
  return isIPv4(bare) ? bare : undefined
}
