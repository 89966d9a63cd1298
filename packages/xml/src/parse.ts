import type { Element } from './element.ts'
import { DEFAULT_LIMITS, type XmlLimits } from './limits.ts'
import { Reader } from './reader.ts'
import type { NamespaceScope } from './scope.ts'
import { decodeSource, type Source } from './source.ts'
import { malformed } from './xml-error.ts'

/** Set in a framer's flags when an element has bytes outside ASCII. */
export const FLAG_NON_ASCII = 1

/** One element, read. Offsets count bytes. */
export interface ParsedElement {
  /** The tree. Its root declares what it inherited from the stream, so it can stand anywhere. */
  readonly element: Element
  /** The root's local name and resolved namespace (`''` for none). */
  readonly name: string
  readonly namespace: string
  /** Clark names (`{namespace}local`) of the root's child elements, in order. */
  readonly children: readonly string[]
  readonly bytes: Buffer
  /** The root's content is `bytes.subarray(payloadStart, payloadEnd)`. */
  readonly payloadStart: number
  readonly payloadEnd: number
  /**
   * Whether those bytes mean the same below any root whose namespace is its default namespace: they use no prefix declared
   * outside them and never name the content namespace.
   */
  readonly canonical: boolean
}

/**
 * Reads `bytes`, which must be exactly one element, as it stands in `scope`. Throws XmlError with the stream error
 * to send (RFC 6120 §11). The tree is built of copies: `bytes` may be reused afterwards.
 */
export function parseElement(
  bytes: Buffer,
  scope: NamespaceScope,
  limits: XmlLimits = DEFAULT_LIMITS,
  flags = -1,
): ParsedElement {
  const source = decodeSource(bytes, flags < 0 ? undefined : (flags & FLAG_NON_ASCII) === 0)
  const reader = new Reader(source, 0, scope, limits)
  if (reader.readElement() !== source.text.length) throw malformed('more than one element')
  return toParsed(reader, source, bytes)
}

export function toParsed(reader: Reader, { text, ascii }: Source, bytes: Buffer): ParsedElement {
  const { contentStart, contentEnd } = reader
  return {
    element: reader.root,
    name: reader.rootName.local,
    namespace: reader.rootNs,
    children: reader.children,
    bytes,
    payloadStart: ascii ? contentStart : Buffer.byteLength(text.slice(0, contentStart)),
    payloadEnd: ascii ? contentEnd : bytes.length - Buffer.byteLength(text.slice(contentEnd)),
    canonical: reader.canonical,
  }
}
