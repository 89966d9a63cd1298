import { malformed, restricted, XmlError } from './xml-error.ts'

const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])([^"'<>]*)\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][A-Za-z0-9._-]*)\3)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*\?>$/

/** Checks an XML declaration `<?xml … ?>` (RFC 6120 §11.5, §11.6). Throws XmlError. */
export function checkDeclaration(text: string): void {
  if (!/^<\?xml[ \t\r\n?]/.test(text)) throw restricted('processing instruction') // RFC 6120 §11.1
  const match = DECLARATION.exec(text)
  if (match === null) throw malformed('invalid XML declaration')
  if (!/^1\.[0-9]+$/.test(match[2]!)) throw malformed('unknown XML version')
  const encoding = match[4]
  // RFC 6120 §11.6
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
    throw new XmlError('unsupported-encoding', 'encoding is not UTF-8')
  }
}
