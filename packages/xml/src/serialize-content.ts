import type { Element } from 'ltx'
import { escapeAttribute, escapeText } from './escape.ts'
import { clark } from './names.ts'
import { NS_XML } from './scope.ts'

/** A prefix declared in the output, innermost first. */
interface Declared {
  readonly prefix: string
  readonly uri: string
  readonly outer: Declared | undefined
}

/** What surrounds an element: in the tree (`source`) and in what has been written. */
interface Context {
  readonly sourceDefault: string
  readonly writtenDefault: string
  readonly declared: Declared | undefined
  /** Whether all ancestors are in the content namespace. */
  readonly inContent: boolean
}

/** The content of a root element in its canonical form, with the Clark names of its child elements. */
export interface Content {
  readonly xml: string
  readonly children: readonly string[]
}

/**
 * Writes the children of a root so that they mean the same below any root: elements in the root's namespace `rootNs`, down from
 * the top, carry neither prefix nor declaration and inherit it; all others declare what they use. Elements that have no
 * namespace at all count as being in `rootNs`. In the Clark names `rootNs` appears as `nameNs`.
 */
export function serializeContent(nodes: readonly (Element | string)[], rootNs: string, nameNs = rootNs): Content {
  const writer = new ContentWriter(rootNs)
  const children: string[] = []
  for (const node of nodes) {
    if (typeof node === 'object' && node !== null) {
      const sourceDefault = node.findNS() ?? rootNs
      const context = { sourceDefault, writtenDefault: rootNs, declared: undefined, inContent: true }
      children.push(writer.writeElement(node, context, nameNs))
    } else if (node != null) writer.out += escapeText(String(node))
  }
  return { xml: writer.out, children }
}

class ContentWriter {
  out = ''
  readonly #contentNs: string

  constructor(contentNs: string) {
    this.#contentNs = contentNs
  }

  /** Writes one element; returns its Clark name. */
  writeElement(element: Element, context: Context, nameNs: string): string {
    const { name } = element
    const colon = name.indexOf(':')
    const own: unknown = element.attrs.xmlns
    const sourceDefault = typeof own === 'string' ? own : context.sourceDefault
    const prefix = colon < 0 ? '' : name.slice(0, colon)
    const namespace = colon < 0 ? sourceDefault : (element.findNS(prefix) ?? '')
    const inContent = context.inContent && namespace === this.#contentNs
    const written = inContent ? name.slice(colon + 1) : name
    this.out += `<${written}`
    let writtenDefault = context.writtenDefault
    if (inContent) writtenDefault = this.#contentNs
    else if (colon < 0 ? namespace !== writtenDefault : own != null) {
      writtenDefault = sourceDefault
      this.out += ` xmlns='${escapeAttribute(writtenDefault)}'`
    }
    const declared = this.#writeAttributes(element, inContent ? '' : prefix, context.declared)
    const inner: Context = { sourceDefault, writtenDefault, declared, inContent }
    this.#writeChildren(element, written, inner, nameNs)
    return clark(inContent ? nameNs : namespace, name.slice(colon + 1))
  }

  #writeChildren(element: Element, name: string, context: Context, nameNs: string): void {
    const { children } = element
    if (children.length === 0) {
      this.out += '/>'
      return
    }
    this.out += '>'
    for (const child of children) {
      if (typeof child === 'object' && child !== null) this.writeElement(child, context, nameNs)
      else if (child != null) this.out += escapeText(String(child))
    }
    this.out += `</${name}>`
  }

  #writeAttributes(element: Element, elementPrefix: string, outer: Declared | undefined): Declared | undefined {
    const attrs: Record<string, unknown> = element.attrs
    let declared = outer
    let prefixes: string[] | undefined = elementPrefix === '' ? undefined : [elementPrefix]
    for (const name in attrs) {
      const value = attrs[name]
      if (value == null || name === 'xmlns') continue
      const colon = name.indexOf(':')
      if (colon > 0) {
        const prefix = name.slice(0, colon)
        if (prefix === 'xmlns') declared = { prefix: name.slice(6), uri: String(value), outer: declared }
        else if (prefixes === undefined) prefixes = [prefix]
        else prefixes.push(prefix)
      }
      this.out += ` ${name}='${escapeAttribute(String(value))}'`
    }
    return prefixes === undefined ? declared : this.#declare(element, prefixes, declared)
  }

  /** Declares those prefixes that the output does not have yet. */
  #declare(element: Element, prefixes: readonly string[], outer: Declared | undefined): Declared | undefined {
    let declared = outer
    for (const prefix of prefixes) {
      const uri = prefix === 'xml' ? NS_XML : element.findNS(prefix)
      if (prefix === 'xml' || uri === undefined || lookUp(declared, prefix) === uri) continue
      declared = { prefix, uri, outer: declared }
      this.out += ` xmlns:${prefix}='${escapeAttribute(uri)}'`
    }
    return declared
  }
}

function lookUp(declared: Declared | undefined, prefix: string): string | undefined {
  for (let d = declared; d !== undefined; d = d.outer) if (d.prefix === prefix) return d.uri
  return undefined
}
