import type { Jid } from '@heliograph/jid'
import {
  type Element,
  EMPTY_SCOPE,
  escapeAttribute,
  type NamespaceScope,
  type ParsedElement,
  parseElement,
  serializeContent,
  type XmlLimits,
} from '@heliograph/xml'
import { NS } from './ns.ts'
import { Splicer } from './splicer.ts'
import { partsOfElement, partsOfParsed, type StanzaName, type StanzaParts } from './stanza-parts.ts'

/** Head fields that `with` can change; `undefined` removes one. */
export type HeadChanges = Partial<Pick<StanzaParts, 'type' | 'id' | 'from' | 'to' | 'lang'>>

const NO_BYTES = Buffer.alloc(0)
const TAILS: Readonly<Record<StanzaName, Buffer>> = {
  message: Buffer.from('</message>'),
  presence: Buffer.from('</presence>'),
  iq: Buffer.from('</iq>'),
}
const NO_NAMES: readonly string[] = Object.freeze([])
const UNLIMITED: XmlLimits = {
  elementBytes: Number.MAX_SAFE_INTEGER,
  headerBytes: Number.MAX_SAFE_INTEGER,
  depth: 4096,
  attributes: Number.MAX_SAFE_INTEGER,
  nameLength: Number.MAX_SAFE_INTEGER,
}

/**
 * A stanza: its head, parsed, and its payload as XML bytes. Immutable; every change makes a new stanza that shares the payload.
 *
 * The payload is canonical: the content namespace (`jabber:client`, `jabber:server`, …) is declared nowhere and inherited by its
 * elements, all other namespaces are declared in it. So the same bytes go out on any kind of stream.
 */
export class Stanza {
  readonly name: StanzaName
  readonly type: string | undefined
  readonly id: string | undefined
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly lang: string | undefined
  readonly payload: Buffer
  readonly extra: string
  /** The address that was not a JID when the stanza was parsed; it is left out of the head then. */
  readonly malformed: 'from' | 'to' | undefined
  #children: readonly string[] | string
  #element: Element | undefined

  /**
   * Reads one first-level element of a stream. Throws XmlError on malformed XML; undefined when it is well-formed but no stanza.
   * An address that is not a JID is left out and named by `malformed`.
   */
  static parse(bytes: Buffer, scope: NamespaceScope, limits?: XmlLimits, flags?: number): Stanza | undefined {
    return Stanza.from(parseElement(bytes, scope, limits, flags))
  }

  /** The stanza that a parsed element is; undefined when it is none. Copies what it keeps of the bytes. */
  static from(parsed: ParsedElement): Stanza | undefined {
    const parts = partsOfParsed(parsed)
    return parts && new Stanza(parts, parsed.canonical ? parsed.element : undefined)
  }

  /** The stanza that a tree is. Throws TypeError when it is none: trees are ours, bytes are not. */
  static fromElement(element: Element): Stanza {
    const parts = partsOfElement(element)
    if (parts === undefined) throw new TypeError(`not a stanza: ${element.name}`)
    return new Stanza(parts)
  }

  constructor(parts: StanzaParts, element?: Element) {
    this.name = parts.name
    this.type = parts.type
    this.id = parts.id
    this.from = parts.from
    this.to = parts.to
    this.lang = parts.lang
    this.payload = parts.payload ?? NO_BYTES
    this.extra = parts.extra ?? ''
    this.malformed = parts.malformed
    this.#children = parts.children ?? NO_NAMES
    this.#element = element
  }

  /** Clark names (`{namespace}local`) of the payload's top elements, in order; the content namespace is always `jabber:client`. */
  get children(): readonly string[] {
    const names = this.#children
    if (typeof names !== 'string') return names
    const list = names === '' ? NO_NAMES : names.split('\0')
    this.#children = list
    return list
  }

  /** `children` joined by NUL, as it travels between processes. */
  get childNames(): string {
    const names = this.#children
    return typeof names === 'string' ? names : names.join('\0')
  }

  /** Whether the payload has a top element of that Clark name. */
  has(clarkName: string): boolean {
    return this.children.includes(clarkName)
  }

  get hasBody(): boolean {
    return this.has('{jabber:client}body')
  }

  /** The whole stanza as a tree, in namespace `jabber:client`. Built at first use, then shared: never change it. */
  get element(): Element {
    this.#element ??= parseElement(this.toBytes(NS.client), EMPTY_SCOPE, UNLIMITED).element
    return this.#element
  }

  /** The first top element of that name, from the shared tree. */
  child(name: string, xmlns: string): Element | undefined {
    return this.has(`{${xmlns}}${name}`) ? (this.element.getChild(name, xmlns) as Element | undefined) : undefined
  }

  /** The text of the first top element of that name. */
  childText(name: string, xmlns: string): string | undefined {
    return this.child(name, xmlns)?.getText()
  }

  /** The same stanza with head fields changed. Costs one small object. */
  with(changes: HeadChanges): Stanza {
    return new Stanza({
      name: this.name,
      type: 'type' in changes ? changes.type : this.type,
      id: 'id' in changes ? changes.id : this.id,
      from: 'from' in changes ? changes.from : this.from,
      to: 'to' in changes ? changes.to : this.to,
      lang: 'lang' in changes ? changes.lang : this.lang,
      children: this.#children,
      payload: this.payload,
      extra: this.extra,
      malformed: this.malformed !== undefined && this.malformed in changes ? undefined : this.malformed,
    })
  }

  /** The same head with another payload, which must be canonical. */
  withPayload(payload: Buffer, children: readonly string[] | string): Stanza {
    const { name, type, id, from, to, lang, extra, malformed } = this
    return new Stanza({ name, type, id, from, to, lang, extra, malformed, payload, children })
  }

  /**
   * With one element added at the end. As text it must be one well-formed element that declares its namespace, and `clarkName` must
   * name it; neither is checked.
   */
  append(child: Element): Stanza
  append(child: string, clarkName: string): Stanza
  append(child: Element | string, clarkName?: string): Stanza {
    if (typeof child === 'string') {
      const payload = Buffer.concat([this.payload, Buffer.from(child)])
      return this.withPayload(payload, [...this.children, clarkName!])
    }
    const content = serializeContent([child], NS.client)
    return this.append(content.xml, content.children[0]!)
  }

  /** Without the top elements that the predicate picks; the same stanza when it picks none. */
  without(predicate: (child: Element) => boolean): Stanza {
    const { element } = this
    const kept = element.children.filter((child) => typeof child === 'string' || !predicate(child as Element))
    if (kept.length === element.children.length) return this
    const content = serializeContent(kept, NS.client)
    return this.withPayload(Buffer.from(content.xml), content.children)
  }

  /** As XML text. With `xmlns` the root declares it, which a WebSocket (RFC 7395 §3.3.3) or an enclosing element needs. */
  toString(xmlns?: string): string {
    const head = this.#head(xmlns)
    if (this.payload.length === 0) return `${head}/>`
    return `${head}>${this.payload.utf8Slice(0, this.payload.length)}</${this.name}>`
  }

  /** As XML bytes; see `toString`. */
  toBytes(xmlns?: string): Buffer {
    const { payload } = this
    if (payload.length === 0) return Buffer.from(`${this.#head(xmlns)}/>`)
    const head = `${this.#head(xmlns)}>`
    const tail = TAILS[this.name]
    let open = head.length
    let bytes = Buffer.allocUnsafe(open + payload.length + tail.length)
    bytes[open - 1] = 0
    bytes.utf8Write(head, 0, open)
    // The only `>` of the head is its last character. When it did not fit, the head is not ASCII.
    if (bytes[open - 1] !== 0x3e) {
      open = Buffer.byteLength(head)
      bytes = Buffer.allocUnsafe(open + payload.length + tail.length)
      bytes.utf8Write(head, 0)
    }
    bytes.set(payload, open)
    bytes.set(tail, open + payload.length)
    return bytes
  }

  /** Prepares the stanza once for many recipients. */
  splicer(xmlns?: string): Splicer {
    const { name, payload } = this
    const opening = xmlns === undefined ? `<${name} to='` : `<${name} xmlns='${escapeAttribute(xmlns)}' to='`
    const rest = `'${this.#attributes()}`
    if (payload.length === 0) return new Splicer(Buffer.from(opening), Buffer.from(`${rest}/>`))
    const closing = Buffer.concat([Buffer.from(`${rest}>`), payload, Buffer.from(`</${name}>`)])
    return new Splicer(Buffer.from(opening), closing)
  }

  #head(xmlns: string | undefined): string {
    let head = `<${this.name}`
    if (xmlns !== undefined) head += ` xmlns='${escapeAttribute(xmlns)}'`
    if (this.to !== undefined) head += ` to='${escapeAttribute(this.to)}'`
    return head + this.#attributes()
  }

  /** All attributes but `to`. */
  #attributes(): string {
    let text = ''
    if (this.from !== undefined) text += ` from='${escapeAttribute(this.from)}'`
    if (this.id !== undefined) text += ` id='${escapeAttribute(this.id)}'`
    if (this.type !== undefined) text += ` type='${escapeAttribute(this.type)}'`
    if (this.lang !== undefined) text += ` xml:lang='${escapeAttribute(this.lang)}'`
    return text + this.extra
  }
}
