import { formatTimestamp, NS } from '@heliograph/stanza'
import { type Element, escapeAttribute, serializeContent } from '@heliograph/xml'
import type { Item } from '../store/stored.ts'

/** In no document; so each payload declares its own namespace. */
const NOWHERE = 'urn:heliograph:nowhere'

/** A payload so that it means the same wherever it is put. */
export function payloadXml(payload: Element): Buffer {
  return Buffer.from(serializeContent([payload], NOWHERE).xml)
}

/** `<item/>`, in whichever of the two namespaces surrounds it; without its payload if that isn't to be sent. */
export function itemXml({ id, payload }: Pick<Item, 'id' | 'payload'>, withPayload = true): string {
  const open = `<item id='${escapeAttribute(id)}'`
  return withPayload && payload.length > 0 ? `${open}>${payload}</item>` : `${open}/>`
}

export function itemsXml(node: string, inside: string): string {
  const open = `<items node='${escapeAttribute(node)}'`
  return inside === '' ? `${open}/>` : `${open}>${inside}</items>`
}

/** XEP-0203, of an item that was published some time ago. */
export function delayXml({ sequence }: Pick<Item, 'sequence'>): { readonly xml: string; readonly name: string } {
  const stamp = formatTimestamp(Math.floor(sequence / 1_000))
  return { xml: `<delay xmlns='${NS.delay}' stamp='${stamp}'/>`, name: `{${NS.delay}}delay` }
}
