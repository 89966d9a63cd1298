import { isSpace } from './characters.ts'
import { classes, MARKUP, NAME_END, TEXT_ODD, VALUE_ODD } from './classes.ts'
import { Element } from './element.ts'
import type { XmlLimits } from './limits.ts'
import {
  type Codes,
  clark,
  internName,
  internNamespace,
  KIND_PLAIN,
  KIND_PREFIXED,
  KIND_XML,
  KIND_XMLNS,
  KIND_XMLNS_PREFIX,
  type Name,
} from './names.ts'
import { INSIDE, Namespaces, OUTSIDE } from './namespaces.ts'
import { type NamespaceScope, NS_XML } from './scope.ts'
import type { Source } from './source.ts'
import { decodeAttribute, decodeCdata, decodeText } from './text.ts'
import { malformed, overLimit, restricted } from './xml-error.ts'

const SLASH = 0x2f
const LT = 0x3c
const EQUALS = 0x3d
const GT = 0x3e

/**
 * Reads one complete element from text, strictly, into a tree. One use each.
 * Kept free of regular expressions and substring searches: per stanza they cost more than the rest together.
 */
export class Reader {
  readonly #text: string
  /** The text again, one number a character. */
  readonly #codes: Codes
  readonly #limits: XmlLimits
  readonly #namespaces: Namespaces
  #at: number
  #depth = 0
  #current: Element | null = null
  #prefixedAttributes: Name[] | undefined = undefined
  #selfClosed = false
  /** Down to this depth the present element and all above it are in the root's namespace. */
  #contentDepth = 0

  root!: Element
  rootName!: Name
  /** Clark names of the root's child elements. */
  readonly children: string[] = []
  rootNs = ''
  /** Text offsets of the root's content. */
  contentStart = 0
  contentEnd = 0
  /** Whether the content means the same wherever it inherits the root's namespace as default namespace. */
  canonical = true

  constructor(source: Source, at: number, scope: NamespaceScope, limits: XmlLimits) {
    this.#text = source.text
    this.#codes = source.codes
    this.#at = at
    this.#limits = limits
    this.#namespaces = new Namespaces(scope)
  }

  /** Reads the element that begins here; returns the offset behind it. Throws XmlError. */
  readElement(): number {
    if (this.#codes[this.#at] !== LT) throw malformed('no element')
    this.readStartTag()
    while (this.#depth > 0) {
      this.#readText()
      const c = this.#codes[this.#at + 1]
      if (c === SLASH) this.#readEndTag()
      else if (c === 0x21) this.#readBang()
      else if (c === 0x3f)
        throw restricted('processing instruction') // RFC 6120 §11.1
      else this.readStartTag()
    }
    return this.#at
  }

  /** Reads the start tag that begins here; returns the offset behind it. */
  readStartTag(): number {
    this.#at++
    const name = this.#readName()
    const element = new Element(name.qname)
    if (++this.#depth > this.#limits.depth) throw overLimit('elements nested too deep')
    this.#readAttributes(element)
    const namespace = this.#resolveNames(element, name)
    const parent = this.#current
    if (parent === null) {
      this.root = element
      this.rootName = name
      this.rootNs = namespace
      this.contentStart = this.contentEnd = this.#at
    } else {
      element.parent = parent
      parent.children.push(element)
      if (this.#depth === 2) this.children.push(clark(namespace, name.local))
    }
    if (this.#selfClosed) this.#leave()
    else this.#current = element
    return this.#at
  }

  #leave(): void {
    const depth = this.#depth--
    if (this.#contentDepth === depth) this.#contentDepth--
    this.#namespaces.leave(depth)
  }

  #readName(): Name {
    const codes = this.#codes
    const start = this.#at
    const end = this.#text.length
    let hash = 0
    let i = start
    for (; i < end; i++) {
      const c = codes[i]!
      if ((classes[c]! & NAME_END) !== 0) break
      hash = (Math.imul(hash, 31) + c) | 0
    }
    this.#at = i
    if (i - start > this.#limits.nameLength) throw overLimit('name too long')
    return internName(this.#text, codes, start, i, hash)
  }

  /** Everything between the element's name and the end of its start tag. */
  #readAttributes(element: Element): void {
    let count = 0
    this.#prefixedAttributes = undefined
    for (;;) {
      const before = this.#at
      const c = this.#skipSpace()
      if (c === GT) {
        this.#at++
        this.#selfClosed = false
        return
      }
      if (c === SLASH) {
        if (this.#codes[this.#at + 1] !== GT) throw malformed('stray slash in a tag')
        this.#at += 2
        this.#selfClosed = true
        return
      }
      if (this.#at === before) throw malformed('no space before an attribute')
      if (++count > this.#limits.attributes) throw overLimit('too many attributes')
      const name = this.#readName()
      if (this.#skipSpace() !== EQUALS) throw malformed('attribute without a value')
      this.#at++
      this.#setAttribute(element, name, this.#readValue(name.kind))
    }
  }

  #skipSpace(): number | undefined {
    const codes = this.#codes
    let i = this.#at
    let c = codes[i]
    while (c !== undefined && isSpace(c)) c = codes[++i]
    this.#at = i
    return c
  }

  /** A quoted value, the offset standing before its opening quote (or space before that). */
  #readValue(kind: number): string {
    const codes = this.#codes
    const quote = this.#skipSpace()
    if (quote !== 0x27 && quote !== 0x22) throw malformed('attribute value without quotes')
    const start = this.#at + 1
    const end = this.#text.length
    let odd = 0
    let i = start
    for (; i < end; i++) {
      const c = codes[i]!
      if (c === quote) break
      odd |= classes[c]!
    }
    if (i === end) throw malformed('unfinished attribute')
    this.#at = i + 1
    if ((odd & MARKUP) !== 0) throw malformed('< in an attribute')
    if ((odd & VALUE_ODD) !== 0) return decodeAttribute(this.#text, start, i)
    if (kind >= KIND_XMLNS) return internNamespace(this.#text, codes, start, i)
    return this.#text.slice(start, i)
  }

  #setAttribute(element: Element, name: Name, value: string): void {
    const attrs = element.attrs
    const qname = name.qname
    if (attrs[qname] !== undefined && Object.hasOwn(attrs, qname)) throw malformed('attribute twice')
    // The one name that plain assignment would lose.
    if (qname === '__proto__') Object.defineProperty(attrs, qname, { value, enumerable: true, writable: true })
    else attrs[qname] = value
    switch (name.kind) {
      case KIND_XMLNS:
        this.#namespaces.declareDefault(value, this.#depth)
        break
      case KIND_XMLNS_PREFIX:
        this.#namespaces.declarePrefix(name.local, value, this.#depth)
        break
      case KIND_PREFIXED:
        if (this.#prefixedAttributes === undefined) this.#prefixedAttributes = [name]
        else this.#prefixedAttributes.push(name)
    }
  }

  /** Resolves the names of a start tag; returns the element's namespace. */
  #resolveNames(element: Element, name: Name): string {
    if (this.#prefixedAttributes !== undefined) this.#resolveAttributes(element, this.#prefixedAttributes)
    const isRoot = this.#current === null
    const uri = name.kind === KIND_PLAIN ? this.#namespaces.defaultNs : this.#resolvePrefixed(element, name)
    if (isRoot) {
      this.#contentDepth = 1
      if (name.kind !== KIND_PLAIN) this.canonical = false
      if (uri !== '' || name.kind !== KIND_PLAIN) element.attrs.xmlns = this.#namespaces.defaultNs
    } else if (uri === this.rootNs && this.#contentDepth === this.#depth - 1) {
      this.#contentDepth = this.#depth
      // The content namespace named once more would not follow the stream that the stanza goes out on.
      if (name.kind !== KIND_PLAIN || element.attrs.xmlns !== undefined) this.canonical = false
    }
    return uri
  }

  #resolvePrefixed(element: Element, name: Name): string {
    if (name.kind === KIND_XML) return NS_XML
    if (name.kind !== KIND_PREFIXED) throw malformed('xmlns cannot name an element')
    const uri = this.#namespaces.resolve(name.prefix)
    this.#noteUse(element, name.prefix, uri)
    return uri
  }

  #resolveAttributes(element: Element, attributes: readonly Name[]): void {
    const uris: string[] = []
    for (let i = 0; i < attributes.length; i++) {
      const { prefix, local } = attributes[i]!
      const uri = this.#namespaces.resolve(prefix)
      this.#noteUse(element, prefix, uri)
      // Namespaces in XML 1.0 §6.3: no two attributes with the same expanded name.
      for (let j = 0; j < i; j++) {
        if (uris[j] === uri && attributes[j]!.local === local) throw malformed('attribute twice')
      }
      uris.push(uri)
    }
  }

  /** A prefix that the content does not itself declare ties it to the root or the stream; the tree must stand alone. */
  #noteUse(element: Element, prefix: string, uri: string): void {
    const where = this.#namespaces.where
    if (where === INSIDE) return
    const isRoot = this.#current === null
    if (!isRoot) this.canonical = false
    if (where === OUTSIDE) (isRoot ? element : this.root).attrs[`xmlns:${prefix}`] = uri
  }

  #readText(): void {
    const codes = this.#codes
    const start = this.#at
    const end = this.#text.length
    let odd = 0
    let i = start
    for (; i < end; i++) {
      const c = codes[i]!
      if (c === LT) break
      odd |= classes[c]!
    }
    if (i === end) throw malformed('unfinished element')
    this.#at = i
    if (i === start) return
    this.#addText((odd & TEXT_ODD) !== 0 ? decodeText(this.#text, start, i) : this.#text.slice(start, i))
  }

  #addText(value: string): void {
    const children = this.#current!.children
    const last = children.length - 1
    if (last >= 0 && typeof children[last] === 'string') children[last] += value
    else if (value !== '') children.push(value)
  }

  #readEndTag(): void {
    const codes = this.#codes
    const name = this.#current!.name
    const start = this.#at + 2
    if (this.#depth === 1) this.contentEnd = this.#at
    for (let i = 0; i < name.length; i++) {
      if (codes[start + i] !== name.charCodeAt(i)) throw malformed('end tag does not match')
    }
    this.#at = start + name.length
    if (this.#skipSpace() !== GT) throw malformed('end tag does not match')
    this.#at++
    this.#leave()
    this.#current = this.#current!.parent
  }

  /** `<!`: a CDATA section, or something that XMPP forbids. */
  #readBang(): void {
    const text = this.#text
    const start = this.#at
    if (text.startsWith('[CDATA[', start + 2)) {
      const end = text.indexOf(']]>', start + 9)
      if (end < 0) throw malformed('unfinished CDATA section')
      this.#addText(decodeCdata(text, start + 9, end))
      this.#at = end + 3
      return
    }
    // RFC 6120 §11.1
    if (text.startsWith('--', start + 2)) throw restricted('comment')
    if (text.startsWith('DOCTYPE', start + 2)) throw restricted('document type declaration')
    throw malformed('unknown markup')
  }
}
