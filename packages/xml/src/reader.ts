import { isSpace } from './characters.ts'
import { Element } from './element.ts'
import type { XmlLimits } from './limits.ts'
import { clark, internName, KIND_PLAIN, KIND_PREFIXED, KIND_XMLNS, KIND_XMLNS_PREFIX, type Name } from './names.ts'
import { INSIDE, Namespaces, OUTSIDE } from './namespaces.ts'
import type { NamespaceScope } from './scope.ts'
import { decodeAttribute, decodeCdata, decodeText } from './text.ts'
import { malformed, overLimit, restricted } from './xml-error.ts'

const SLASH = 0x2f
const LT = 0x3c
const EQUALS = 0x3d
const GT = 0x3e

// What ends a run of plain characters. Everything from 0x80 up is plain except two, which are looked at apart.
const TEXT_END = 1
const TEXT_ODD = 2
const VALUE_ODD = 4
const NAME_END = 8
const classes = new Uint8Array(128)
for (let c = 0; c < 0x20; c++) classes[c] = TEXT_ODD | VALUE_ODD
classes[0x9] = VALUE_ODD | NAME_END
classes[0xa] = VALUE_ODD | NAME_END
classes[0xd] = TEXT_ODD | VALUE_ODD | NAME_END
classes[0x20] = NAME_END
classes[0x26] = TEXT_ODD | VALUE_ODD
classes[0x5d] = TEXT_ODD
classes[LT] = TEXT_END | NAME_END
classes[SLASH] = NAME_END
classes[EQUALS] = NAME_END
classes[GT] = NAME_END

/**
 * Reads one complete element from text, strictly, into a tree. One use each.
 * Kept free of regular expressions and substring searches: per stanza they cost more than the rest together.
 */
export class Reader {
  readonly #text: string
  readonly #limits: XmlLimits
  readonly #namespaces: Namespaces
  #at: number
  #depth = 0
  #current: Element | null = null
  #prefixedAttributes: Name[] | undefined = undefined
  #selfClosed = false

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

  constructor(text: string, at: number, scope: NamespaceScope, limits: XmlLimits) {
    this.#text = text
    this.#at = at
    this.#limits = limits
    this.#namespaces = new Namespaces(scope)
  }

  /** Reads the element that begins here; returns the offset behind it. Throws XmlError. */
  readElement(): number {
    if (this.#text.charCodeAt(this.#at) !== LT) throw malformed('no element')
    this.readStartTag()
    while (this.#depth > 0) {
      this.#readText()
      const c = this.#text.charCodeAt(this.#at + 1)
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
    const inheritedNs = this.#namespaces.defaultNs
    this.#readAttributes(element)
    const namespace = this.#resolveNames(element, name, inheritedNs)
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
    if (this.#selfClosed) this.#namespaces.leave(this.#depth--)
    else this.#current = element
    return this.#at
  }

  get selfClosed(): boolean {
    return this.#selfClosed
  }

  #readName(): Name {
    const text = this.#text
    const start = this.#at
    let hash = 0
    let i = start
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c < 128 && (classes[c]! & NAME_END) !== 0) break
      hash = (Math.imul(hash, 31) + c) | 0
    }
    this.#at = i
    if (i - start > this.#limits.nameLength) throw overLimit('name too long')
    return internName(text, start, i, hash)
  }

  /** Everything between the element's name and the end of its start tag. */
  #readAttributes(element: Element): void {
    const text = this.#text
    let count = 0
    this.#prefixedAttributes = undefined
    for (;;) {
      const before = this.#at
      let c = this.#skipSpace()
      if (c === GT) {
        this.#at++
        this.#selfClosed = false
        return
      }
      if (c === SLASH) {
        if (text.charCodeAt(this.#at + 1) !== GT) throw malformed('stray slash in a tag')
        this.#at += 2
        this.#selfClosed = true
        return
      }
      if (this.#at === before) throw malformed('no space before an attribute')
      if (++count > this.#limits.attributes) throw overLimit('too many attributes')
      const name = this.#readName()
      c = this.#skipSpace()
      if (c !== EQUALS) throw malformed('attribute without a value')
      this.#at++
      this.#setAttribute(element, name, this.#readValue())
    }
  }

  #skipSpace(): number {
    const text = this.#text
    let i = this.#at
    let c = text.charCodeAt(i)
    while (isSpace(c)) c = text.charCodeAt(++i)
    this.#at = i
    return c
  }

  /** A quoted value, the offset standing before its opening quote (or space before that). */
  #readValue(): string {
    const text = this.#text
    const quote = this.#skipSpace()
    if (quote !== 0x27 && quote !== 0x22) throw malformed('attribute value without quotes')
    const start = this.#at + 1
    let odd = false
    let i = start
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === quote) break
      if (c < 128) {
        if (c === LT) throw malformed('< in an attribute')
        if ((classes[c]! & VALUE_ODD) !== 0) odd = true
      } else if (c >= 0xfffe) odd = true
    }
    if (i === text.length) throw malformed('unfinished attribute')
    this.#at = i + 1
    return odd ? decodeAttribute(text, start, i) : text.slice(start, i)
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
  #resolveNames(element: Element, name: Name, inheritedNs: string): string {
    if (this.#prefixedAttributes !== undefined) this.#resolveAttributes(element, this.#prefixedAttributes)
    if (name.kind === KIND_PREFIXED) return this.#resolvePrefixed(element, name)
    if (name.kind !== KIND_PLAIN) throw malformed('xmlns cannot name an element')
    const uri = this.#namespaces.defaultNs
    if (this.#current === null) {
      if (uri !== '') element.attrs.xmlns = uri
    } else if (inheritedNs === uri && uri === this.rootNs && element.attrs.xmlns !== undefined) {
      // The content namespace declared once more would not follow the stream that the stanza goes out on.
      this.canonical = false
    }
    return uri
  }

  #resolvePrefixed(element: Element, name: Name): string {
    if (name.prefix === 'xmlns') throw malformed('xmlns cannot name an element')
    const uri = this.#namespaces.resolve(name.prefix)
    this.#noteUse(element, name.prefix, uri)
    const isRoot = this.#current === null
    if (isRoot || uri === this.rootNs) this.canonical = false
    if (isRoot) element.attrs.xmlns = this.#namespaces.defaultNs
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
    const text = this.#text
    const start = this.#at
    let odd = false
    let i = start
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c < 128) {
        const kind = classes[c]!
        if ((kind & TEXT_END) !== 0) break
        if ((kind & TEXT_ODD) !== 0) odd = true
      } else if (c >= 0xfffe) odd = true
    }
    if (i === text.length) throw malformed('unfinished element')
    this.#at = i
    if (i > start) this.#addText(odd ? decodeText(text, start, i) : text.slice(start, i))
  }

  #addText(value: string): void {
    const children = this.#current!.children
    const last = children.length - 1
    if (last >= 0 && typeof children[last] === 'string') children[last] += value
    else if (value !== '') children.push(value)
  }

  #readEndTag(): void {
    const text = this.#text
    const name = this.#current!.name
    const start = this.#at + 2
    for (let i = 0; i < name.length; i++) {
      if (text.charCodeAt(start + i) !== name.charCodeAt(i)) throw malformed('end tag does not match')
    }
    if (this.#depth === 1) this.contentEnd = this.#at
    this.#at = start + name.length
    if (this.#skipSpace() !== GT) throw malformed('end tag does not match')
    this.#at++
    this.#namespaces.leave(this.#depth--)
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
