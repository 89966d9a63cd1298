import type { NamespaceScope } from './scope.ts'
import { NS_XML, NS_XMLNS } from './scope.ts'
import { malformed, overLimit, XmlError } from './xml-error.ts'

/** A prefix declared inside the element being read, innermost first. */
interface Binding {
  readonly prefix: string
  readonly uri: string
  readonly depth: number
  readonly count: number
  readonly outer: Binding | undefined
}

/** What to go back to when the element at `depth` ends. */
interface Frame {
  readonly depth: number
  readonly defaultNs: string
  readonly bindings: Binding | undefined
  readonly outer: Frame | undefined
}

/** Prefixes in force at one place. They are searched one by one. */
const MAX_BINDINGS = 128

/** Where a prefix was found. */
export const INSIDE = 0
export const ON_ROOT = 1
export const OUTSIDE = 2

/** The namespaces in force while one element is read. */
export class Namespaces {
  defaultNs: string
  /** Where the last `resolve` found its prefix: INSIDE, ON_ROOT or OUTSIDE the element. */
  where = INSIDE
  #bindings: Binding | undefined = undefined
  #frames: Frame | undefined = undefined
  readonly #scope: NamespaceScope

  constructor(scope: NamespaceScope) {
    this.#scope = scope
    this.defaultNs = scope.defaultNs
  }

  /** `xmlns='uri'` on the element at `depth`. */
  declareDefault(uri: string, depth: number): void {
    if (uri === NS_XML || uri === NS_XMLNS) throw malformed('reserved namespace as default')
    this.#mark(depth)
    this.defaultNs = uri
  }

  /** `xmlns:prefix='uri'` on the element at `depth` (Namespaces in XML 1.0 §3: reserved prefixes and names). */
  declarePrefix(prefix: string, uri: string, depth: number): void {
    if (prefix === 'xmlns' || uri === NS_XMLNS) throw malformed('xmlns cannot be declared')
    if ((prefix === 'xml') !== (uri === NS_XML)) throw malformed('the prefix xml is reserved')
    if (uri === '') throw malformed('a prefix cannot be undeclared')
    this.#mark(depth)
    const outer = this.#bindings
    const count = outer === undefined ? 1 : outer.count + 1
    if (count > MAX_BINDINGS) throw overLimit('too many prefixes')
    this.#bindings = { prefix, uri, depth, count, outer }
  }

  /** The namespace bound to a prefix. Throws `bad-namespace-prefix` when there is none. */
  resolve(prefix: string): string {
    this.where = INSIDE
    for (let binding = this.#bindings; binding !== undefined; binding = binding.outer) {
      if (binding.prefix !== prefix) continue
      if (binding.depth === 1) this.where = ON_ROOT
      return binding.uri
    }
    if (prefix === 'xml') return NS_XML
    const uri = this.#scope.prefixes.get(prefix)
    // RFC 6120 §4.9.3.2
    if (uri === undefined) throw new XmlError('bad-namespace-prefix', 'prefix is not declared')
    this.where = OUTSIDE
    return uri
  }

  /** The element at `depth` has ended. */
  leave(depth: number): void {
    const frame = this.#frames
    if (frame === undefined || frame.depth !== depth) return
    this.defaultNs = frame.defaultNs
    this.#bindings = frame.bindings
    this.#frames = frame.outer
  }

  #mark(depth: number): void {
    const frame = this.#frames
    if (frame !== undefined && frame.depth === depth) return
    this.#frames = { depth, defaultNs: this.defaultNs, bindings: this.#bindings, outer: frame }
  }
}
