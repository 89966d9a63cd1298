import { isSpace } from './characters.ts'
import { checkDeclaration } from './declaration.ts'
import { DEFAULT_LIMITS, type XmlLimits } from './limits.ts'
import { type ParsedElement, toParsed } from './parse.ts'
import { Reader } from './reader.ts'
import { EMPTY_SCOPE } from './scope.ts'
import { decodeSource } from './source.ts'
import { malformed, overLimit, restricted } from './xml-error.ts'

/**
 * Reads a whole document: one WebSocket message (RFC 7395 §3.3) or one BOSH body. An XML declaration may come first, white space
 * may stand around the element. As strict as `parseElement`; throws XmlError.
 */
export function parseDocument(document: Buffer | string, limits: XmlLimits = DEFAULT_LIMITS): ParsedElement {
  if (typeof document === 'string' && !document.isWellFormed()) throw malformed('unpaired surrogate')
  const bytes = typeof document === 'string' ? Buffer.from(document) : document
  if (bytes.length > limits.elementBytes) throw overLimit('element too large')
  const source = decodeSource(bytes)
  const { text } = source
  const reader = new Reader(source, skipProlog(text), EMPTY_SCOPE, limits)
  const end = skipSpace(text, reader.readElement())
  if (end !== text.length) {
    if (text.startsWith('<!--', end) || text.startsWith('<?', end)) throw restricted('markup after the element')
    throw malformed('more than one element')
  }
  return toParsed(reader, source, bytes)
}

function skipProlog(text: string): number {
  let at = 0
  if (/^<\?xml[ \t\r\n]/.test(text)) {
    at = text.indexOf('?>') + 2
    if (at < 2) throw malformed('unfinished XML declaration')
    checkDeclaration(text.slice(0, at))
  }
  at = skipSpace(text, at)
  if (text.startsWith('<!--', at)) throw restricted('comment')
  if (text.startsWith('<!DOCTYPE', at)) throw restricted('document type declaration')
  if (text.startsWith('<?', at)) throw restricted('processing instruction')
  return at
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}
