import type { XmlLimits } from './limits.ts'
import { Reader } from './reader.ts'
import { EMPTY_SCOPE, type NamespaceScope } from './scope.ts'
import { decodeSource } from './source.ts'

/** What a stream header (RFC 6120 §4.7) says. Nothing is judged here but its XML. */
export interface StreamHeader {
  /** Qualified name as written, e.g. `stream:stream`. */
  readonly qname: string
  readonly name: string
  /** Namespace of the header element itself; should be `http://etherx.jabber.org/streams`. */
  readonly namespace: string
  /** Default namespace and prefixes for the stream's elements. */
  readonly scope: NamespaceScope
  /** All attributes, namespace declarations included. */
  readonly attributes: Readonly<Record<string, string>>
  readonly to: string | undefined
  readonly from: string | undefined
  readonly id: string | undefined
  readonly version: string | undefined
  readonly lang: string | undefined
}

/** Reads a stream header's start tag, which must fill `bytes`. Throws XmlError. */
export function parseStreamHeader(bytes: Buffer, limits: XmlLimits): StreamHeader {
  const reader = new Reader(decodeSource(bytes), 0, EMPTY_SCOPE, limits)
  reader.readStartTag()
  const attributes = reader.root.attrs
  const prefixes = new Map<string, string>()
  for (const name in attributes) {
    if (name.startsWith('xmlns:')) prefixes.set(name.slice(6), attributes[name]!)
  }
  return {
    qname: reader.rootName.qname,
    name: reader.rootName.local,
    namespace: reader.rootNs,
    scope: Object.freeze({ defaultNs: attributes.xmlns ?? '', prefixes }),
    attributes,
    to: attributes.to,
    from: attributes.from,
    id: attributes.id,
    version: attributes.version,
    lang: attributes['xml:lang'],
  }
}
