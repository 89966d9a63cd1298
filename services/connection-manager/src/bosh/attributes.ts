import { NS } from '@heliograph/stanza'
import type { StreamHeader } from '@heliograph/xml'

/** `major.minor`, each a number of its own (XEP-0124 §7.1). */
export interface Version {
  readonly major: number
  readonly minor: number
}

/** What the start tag of a request's body says (XEP-0124 §6, XEP-0206). */
export interface BodyAttributes {
  readonly rid: number
  readonly sid: string | undefined
  readonly wait: number | undefined
  readonly hold: number | undefined
  readonly ver: Version | undefined
  /** Content type that the client wants in responses. */
  readonly content: string | undefined
  readonly ack: number | undefined
  readonly pause: number | undefined
  readonly key: string | undefined
  readonly newKey: string | undefined
  readonly terminate: boolean
  readonly restart: boolean
}

/** 2^53 - 1 (XEP-0124 §14.1). */
const LARGEST_RID = Number.MAX_SAFE_INTEGER
/** Larger ones are as good as this one: our own bounds are below it. */
const LARGEST_COUNT = 1_000_000

/** Undefined when anything in it is not what it must be: `bad-request`. Attributes that we have no use for are ignored. */
export function readAttributes(header: StreamHeader): BodyAttributes | undefined {
  if (header.name !== 'body' || header.namespace !== NS.bosh) return undefined
  const { attributes } = header
  const rid = integer(attributes.rid, LARGEST_RID)
  if (rid === undefined || rid < 1) return undefined
  const { sid, type, content } = attributes
  if (sid === '' || (type !== undefined && type !== 'terminate')) return undefined
  if (content !== undefined && !isContentType(content)) return undefined
  const restart = booleanOf(boshXmpp(header, 'restart'))
  const ver = attributes.ver === undefined ? undefined : versionOf(attributes.ver)
  const numbers = numbersOf(attributes)
  const keys = keysOf(attributes)
  if (restart === undefined || numbers === undefined || keys === undefined) return undefined
  if (ver === undefined && attributes.ver !== undefined) return undefined
  return { rid, sid, ver, content, restart, terminate: type === 'terminate', ...numbers, ...keys }
}

/** The attribute `name` of XMPP over BOSH, whatever prefix the client gave its namespace. */
export function boshXmpp({ scope, attributes }: StreamHeader, name: string): string | undefined {
  for (const [prefix, namespace] of scope.prefixes) {
    if (namespace === NS.boshXmpp) return attributes[`${prefix}:${name}`]
  }
  return undefined
}

type Attributes = StreamHeader['attributes']
type Numbers = Pick<BodyAttributes, 'wait' | 'hold' | 'ack' | 'pause'>

function numbersOf(attributes: Attributes): Numbers | undefined {
  const read = (name: keyof Numbers, largest = LARGEST_COUNT) => {
    const text = attributes[name]
    return text === undefined ? undefined : (integer(text, largest) ?? Number.NaN)
  }
  const numbers = { wait: read('wait'), hold: read('hold'), pause: read('pause'), ack: read('ack', LARGEST_RID) }
  return Object.values(numbers).some(Number.isNaN) ? undefined : numbers
}

/** SHA-1 in hexadecimal (XEP-0124 §15.3). */
function keysOf({ key, newkey }: Attributes): Pick<BodyAttributes, 'key' | 'newKey'> | undefined {
  const wrong = [key, newkey].some((given) => given !== undefined && !/^[0-9a-f]{40}$/i.test(given))
  return wrong ? undefined : { key, newKey: newkey }
}

function integer(text: string | undefined, largest: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  if (value <= largest) return value
  return largest === LARGEST_COUNT ? LARGEST_COUNT : undefined
}

function versionOf(text: string): Version | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(text)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) }
}

/** XML Schema's boolean; false when it isn't there, undefined when it is none. */
function booleanOf(text: string | undefined): boolean | undefined {
  if (text === undefined || text === 'false' || text === '0') return false
  return text === 'true' || text === '1' ? true : undefined
}

/** Goes into an HTTP header as it is. */
function isContentType(text: string): boolean {
  return text.length <= 100 && /^[\w.+-]+\/[\w.+-]+(\s*;\s*charset="?[\w-]+"?)?$/i.test(text)
}
