import { isNameChar, isNameStart } from './characters.ts'
import { malformed } from './xml-error.ts'

export const KIND_PLAIN = 0
export const KIND_PREFIXED = 1
export const KIND_XMLNS = 2
export const KIND_XMLNS_PREFIX = 3

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
    else this.kind = colon < 0 ? KIND_PLAIN : KIND_PREFIXED
  }
}

const SLOTS = 1024
const MAX_INTERNED = 64

/**
 * Names seen lately, so that the usual ones are neither checked nor allocated again. A fixed number of slots,
 * the newest name wins its slot: hostile names can evict but not grow it.
 */
const table: (Name | undefined)[] = new Array(SLOTS).fill(undefined)

/** The Name at `text[start, end)`, with `hash` folded from its char codes. Throws `not-well-formed` unless it is a QName. */
export function internName(text: string, start: number, end: number, hash: number): Name {
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
  const known = table[slot]
  if (known !== undefined && sameText(known.qname, text, start, end)) return known
  checkQName(text, start, end)
  // A slice would keep the whole stanza's text alive for as long as the table holds the name.
  const name = new Name(Buffer.from(text.slice(start, end)).toString())
  if (end - start <= MAX_INTERNED) table[slot] = name
  return name
}

function sameText(name: string, text: string, start: number, end: number): boolean {
  const length = end - start
  if (name.length !== length) return false
  for (let i = 0; i < length; i++) {
    if (name.charCodeAt(i) !== text.charCodeAt(start + i)) return false
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
