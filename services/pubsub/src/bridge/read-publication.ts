import { el, NS } from '@heliograph/stanza'
import { type Element, parseDocument } from '@heliograph/xml'

/** What a source asks to publish. */
export interface Publication {
  /** By which a repetition is known. */
  readonly id: string | undefined
  readonly item: string | undefined
  readonly payload: Element | undefined
}

const ID_LENGTH = 200

/** Reads a body: JSON with `id`, `item`, and either `payload` (XML) or `json`. A text where it is none, saying why. */
export function readPublication(body: string): Publication | string {
  const given = parsed(body)
  if (given === undefined) return 'not a JSON object'
  const { id, item, payload, json } = given
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > ID_LENGTH)) return 'id is no good'
  if (item !== undefined && (typeof item !== 'string' || item === '' || !isText(item))) return 'item is no good'
  if (payload !== undefined && json !== undefined) return 'payload and json are given'
  if (json !== undefined) return { id, item, payload: el('json', { xmlns: NS.json }, jsonText(json)) }
  if (payload === undefined) return { id, item, payload: undefined }
  const element = typeof payload === 'string' ? elementIn(payload) : undefined
  return element === undefined ? 'payload is not an XML element with a namespace' : { id, item, payload: element }
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function elementIn(xml: string): Element | undefined {
  try {
    const { element, namespace } = parseDocument(xml)
    if (namespace === '') return undefined
    return element
  } catch {
    return undefined
  }
}

/** It may stand in XML (XML 1.0 §2.2). */
function isText(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\ufffe\uffff]/u.test(text)
}

/** JSON itself escapes everything else that XML can't hold. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16)}`)
}
