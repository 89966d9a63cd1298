import type { Stanza } from '@heliograph/stanza'
import { Element } from '@heliograph/xml'

/** Neither element texts nor attributes of these names are ever shown. */
const SECRETS = new Set(['password', 'secret', 'token', 'authzid', 'response', 'challenge'])
/** Longer attributes hold content, as a data URI does. */
const LONGEST = 256
/** A longer stanza is cut here. */
const MOST = 65_536

/** The stanza as XML for an operator's eyes: how much text there was, and the texts of messages and presence only with `bodies`. */
export function shown(stanza: Stanza, bodies: boolean): string {
  const text = copy(stanza.element as Element, bodies && stanza.name !== 'iq').toString()
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text
}

function copy(element: Element, texts: boolean): Element {
  const made = new Element(element.name)
  for (const [name, value] of Object.entries(element.attrs)) made.attrs[name] = attribute(name, String(value))
  const open = texts && !SECRETS.has(element.getName())
  for (const child of element.children) {
    if (typeof child !== 'string') made.cnode(copy(child as Element, open))
    else if (child.trim() !== '') made.t(open ? child : `[${Buffer.byteLength(child)} bytes]`)
  }
  return made
}

function attribute(name: string, value: string): string {
  return SECRETS.has(name) || value.length > LONGEST ? `[${Buffer.byteLength(value)} bytes]` : value
}
