import type { Jid } from '@heliograph/jid'
import { type AttributeValue, Element, serializeContent } from '@heliograph/xml'
import { NS } from './ns.ts'
import { type HeadChanges, Stanza } from './stanza.ts'
import type { StanzaName } from './stanza-parts.ts'

/** What `el` takes as content; the empty ones are left out. */
export type Content = Element | string | number | null | undefined | false

/** An element: `el('query', { xmlns: NS.roster }, el('item', { jid }))`. Attributes that are null or undefined are left out. */
export function el(
  name: string,
  attrs: Readonly<Record<string, AttributeValue>> | null = null,
  ...children: readonly (Content | readonly Content[])[]
): Element {
  const element = new Element(name)
  for (const key in attrs) {
    const value = attrs[key]
    if (value !== null && value !== undefined) element.attrs[key] = String(value)
  }
  for (const child of children) {
    if (typeof child === 'object' && child !== null && !(child instanceof Element)) {
      for (const inner of child) add(element, inner)
    } else add(element, child)
  }
  return element
}

function add(element: Element, child: Content): void {
  if (child === null || child === undefined || child === false || child === '') return
  element.cnode(typeof child === 'number' ? String(child) : child)
}

/** A stanza from its head and payload elements. */
export function stanza(name: StanzaName, head: HeadChanges, ...payload: readonly (Element | undefined)[]): Stanza {
  const nodes = payload.filter((node) => node !== undefined)
  const content = serializeContent(nodes, NS.client)
  return new Stanza({ ...head, name, payload: Buffer.from(content.xml), children: content.children })
}

/** Addresses and id of an IQ request. */
export interface IqHead {
  readonly id: string
  readonly to?: Jid | undefined
  readonly from?: Jid | undefined
}

export function iqGet(head: IqHead, payload: Element): Stanza {
  return stanza('iq', { ...head, type: 'get' }, payload)
}

export function iqSet(head: IqHead, payload: Element): Stanza {
  return stanza('iq', { ...head, type: 'set' }, payload)
}

/** The result of an IQ request: addresses swapped, the same id (RFC 6120 §8.2.3). */
export function iqResult(request: Stanza, payload?: Element): Stanza {
  return stanza('iq', { type: 'result', id: request.id, from: request.to, to: request.from }, payload)
}
