import { isNameChar, isNameStart } from './characters.ts'
import { malformed } from './xml-error.ts'

/** Text as numbers: bytes where it is ASCII, else UTF-16 units. Reading numbers costs less than half of `charCodeAt`. */
export type Codes = Uint8Array | Uint16Array

export const KIND_PLAIN = 0
export const KIND_PREFIXED = 1
/** With the prefix `xml`, which needs no declaration. */
export const KIND_XML = 2
export const KIND_XMLNS = 3
export const KIND_XMLNS_PREFIX = 4

/** A checked qualified name, split once. */
export class Name {
  readonly qname: string
  readonly prefix: string
  readonly local: string
  readonly kind: number

  constructor(qname: string) {
    const colon = qname.indexOf(':')
    this.qname = qname
    this.prefix = colon < 0 ? '' : qname.slice(0, colon)
    this.local = colon < 0 ? qname : qname.slice(colon + 1)
    if (qname === 'xmlns') this.kind = KIND_XMLNS
    else if (this.prefix === 'xmlns') this.kind = KIND_XMLNS_PREFIX
    else if (this.prefix === 'xml') this.kind = KIND_XML
    else this.kind = colon < 0 ? KIND_PLAIN : KIND_PREFIXED
  }
}

const SLOTS = 1024
const MAX_INTERNED = 64

/**
 * Names seen lately, so that the usual ones are neither checked nor allocated again. A fixed number of slots,
 * the newest name wins its slot: hostile names can evict but not grow it.
 */
const names: (Name | undefined)[] = new Array(SLOTS).fill(undefined)
/** The same for namespace names, which then are cheap keys. */
const namespaces: (string | undefined)[] = new Array(SLOTS).fill(undefined)

/** The Name at `[start, end)`, with `hash` folded from its codes. Throws `not-well-formed` unless it is a QName. */
export function internName(text: string, codes: Codes, start: number, end: number, hash: number): Name {
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
  const known = names[slot]
  if (known !== undefined && isSame(known.qname, codes, start, end)) return known
  checkQName(text, start, end)
  const name = new Name(detach(text.slice(start, end)))
  if (end - start <= MAX_INTERNED) names[slot] = name
  return name
}

/** The namespace name at `[start, end)`, the same string object for the same usual name. */
export function internNamespace(text: string, codes: Codes, start: number, end: number): string {
  const length = end - start
  if (length > 2 * MAX_INTERNED || length === 0) return text.slice(start, end)
  let hash = length
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + codes[i]!) | 0
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
  const known = namespaces[slot]
  if (known !== undefined && isSame(known, codes, start, end)) return known
  const namespace = detach(text.slice(start, end))
  namespaces[slot] = namespace
  return namespace
}

/** A copy: V8 makes slices of 13 characters or more as references, which would keep the whole stanza's text alive. */
function detach(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}

function isSame(known: string, codes: Codes, start: number, end: number): boolean {
  const length = end - start
  if (known.length !== length) return false
  for (let i = 0; i < length; i++) {
    if (known.charCodeAt(i) !== codes[start + i]) return false
  }
  return true
}

/** Namespaces in XML 1.0 §3: NCName, or NCName ':' NCName. */
function checkQName(text: string, start: number, end: number): void {
  let first = true
  let colons = 0
  for (let i = start; i < end; ) {
    const code = text.codePointAt(i)!
    if (first ? !isNameStart(code) || code === 0x3a : !isNameChar(code)) throw malformed('invalid character in a name')
    first = code === 0x3a
    if (first && ++colons > 1) throw malformed('two colons in a name')
    i += code > 0xffff ? 2 : 1
  }
  if (first) throw malformed('empty name')
}

const CLARK_LIMIT = 2048
const clarkNames = new Map<string, Map<string, string>>()
let clarkCount = 0

/** `{namespace}local`, the same string object for the same usual name. */
export function clark(namespace: string, local: string): string {
  const known = clarkNames.get(namespace)?.get(local)
  if (known !== undefined) return known
  const text = `{${namespace}}${local}`
  if (text.length > 128) return text
  if (++clarkCount > CLARK_LIMIT) {
    clarkNames.clear()
    clarkCount = 1
  }
  const inner = clarkNames.get(namespace)
  if (inner) inner.set(local, text)
  else clarkNames.set(namespace, new Map([[local, text]]))
  return text
}
