import { type Element, escapeText, serialize } from '@heliograph/xml'
import { NS } from './ns.ts'

/** RFC 6120 §4.9.3. */
export const STREAM_CONDITIONS = Object.freeze([
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const)

export type StreamCondition = (typeof STREAM_CONDITIONS)[number]

/** A stream error as data. */
export interface StreamError {
  readonly condition: StreamCondition
  readonly text?: string | undefined
  /** For `see-other-host`: host, with a port if needed (RFC 6120 §4.9.3.19). */
  readonly host?: string | undefined
  readonly application?: Element | undefined
}

export function streamError(condition: StreamCondition, text?: string): StreamError {
  return text === undefined ? { condition } : { condition, text }
}

/**
 * The `<stream:error/>` element as text. With `declarePrefix` it declares the prefix `stream` itself, as every WebSocket
 * message must (RFC 7395 §3.5).
 */
export function streamErrorXml(error: StreamError, declarePrefix = false): string {
  const open = declarePrefix ? `<stream:error xmlns:stream='${NS.streams}'>` : '<stream:error>'
  const { condition } = error
  const content = error.host === undefined ? '' : escapeText(error.host)
  let xml = `${open}<${condition} xmlns='${NS.streamErrors}'`
  xml += content === '' ? '/>' : `>${content}</${condition}>`
  if (error.text !== undefined) xml += `<text xmlns='${NS.streamErrors}' xml:lang='en'>${escapeText(error.text)}</text>`
  if (error.application !== undefined) xml += serialize(error.application)
  return `${xml}</stream:error>`
}

const KNOWN: ReadonlySet<string> = new Set(STREAM_CONDITIONS)

/** The stream error that a peer's `<stream:error/>` reports. */
export function readStreamError(element: Element): StreamError {
  let condition: StreamCondition = 'undefined-condition'
  let host: string | undefined
  for (const child of element.getChildElements() as Element[]) {
    if (child.getNS() !== NS.streamErrors || !KNOWN.has(child.getName())) continue
    condition = child.getName() as StreamCondition
    if (condition === 'see-other-host') host = child.getText()
  }
  return { condition, host, text: element.getChildText('text', NS.streamErrors) ?? undefined }
}
