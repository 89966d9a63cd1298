import type { Element } from 'ltx'
import { escapeAttribute, escapeText } from './escape.ts'

/**
 * The XML text of an element as its names and attributes stand: namespaces must be declared in the tree itself
 * (trees from the parser and from builders are so). Attributes that are null or undefined are left out.
 */
export function serialize(element: Element): string {
  const name = element.name
  let out = `<${name}`
  const attrs: Record<string, unknown> = element.attrs
  for (const key in attrs) {
    const value = attrs[key]
    if (value != null) out += ` ${key}='${escapeAttribute(typeof value === 'string' ? value : String(value))}'`
  }
  const children = element.children
  if (children.length === 0) return `${out}/>`
  out += '>'
  for (let i = 0; i < children.length; i++) {
    const child = children[i]
    if (typeof child === 'string') out += escapeText(child)
    else if (typeof child === 'object' && child !== null) out += serialize(child)
    else if (child != null) out += escapeText(String(child))
  }
  return `${out}</${name}>`
}
