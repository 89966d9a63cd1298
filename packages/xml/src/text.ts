import { isNameChar, isNameStart, isXmlChar } from './characters.ts'
import { malformed, restricted } from './xml-error.ts'

/**
 * Character data `text[start, end)` (no markup in it) with references resolved and line ends normalised
 * (XML 1.0 §2.11). Throws on forbidden characters, on `]]>` and on references other than the predefined.
 */
export function decodeText(text: string, start: number, end: number): string {
  return decode(text, start, end, false)
}

/** An attribute's value `text[start, end)`: like text, and white space becomes spaces (XML 1.0 §3.3.3). */
export function decodeAttribute(text: string, start: number, end: number): string {
  return decode(text, start, end, true)
}

function decode(text: string, start: number, end: number, attribute: boolean): string {
  let out = ''
  let done = start
  for (let i = start; i < end; ) {
    const c = text.charCodeAt(i)
    if (c === 0x26) {
      const semicolon = referenceEnd(text, i, end)
      out += text.slice(done, i) + resolveReference(text, i, semicolon)
      done = i = semicolon + 1
    } else if (c === 0xd) {
      out += text.slice(done, i) + (attribute ? ' ' : '\n')
      i += text.charCodeAt(i + 1) === 0xa ? 2 : 1
      done = i
    } else if (attribute && (c === 0x9 || c === 0xa)) {
      out += `${text.slice(done, i)} `
      done = ++i
    } else {
      checkChar(text, c, i, end, attribute)
      i++
    }
  }
  return out + text.slice(done, end)
}

function checkChar(text: string, c: number, i: number, end: number, attribute: boolean): void {
  if (c < 0x20 ? c !== 0x9 && c !== 0xa : c === 0xfffe || c === 0xffff) throw malformed('forbidden character')
  // XML 1.0 §2.4
  if (c === 0x5d && !attribute && i + 2 < end && text.charCodeAt(i + 1) === 0x5d && text.charCodeAt(i + 2) === 0x3e) {
    throw malformed(']]> in text')
  }
}

/** The content of a CDATA section: line ends normalised, characters checked, nothing else interpreted. */
export function decodeCdata(text: string, start: number, end: number): string {
  let out = ''
  let done = start
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c === 0xd) {
      out += `${text.slice(done, i)}\n`
      if (text.charCodeAt(i + 1) === 0xa) i++
      done = i + 1
    } else if (c < 0x20 ? c !== 0x9 && c !== 0xa : c === 0xfffe || c === 0xffff) {
      throw malformed('forbidden character')
    }
  }
  return out + text.slice(done, end)
}

function referenceEnd(text: string, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x3b) return i
    if (c === 0x26 || c === 0x20) break
  }
  throw malformed('bare ampersand')
}

function resolveReference(text: string, ampersand: number, semicolon: number): string {
  const name = text.slice(ampersand + 1, semicolon)
  switch (name) {
    case 'lt':
      return '<'
    case 'gt':
      return '>'
    case 'amp':
      return '&'
    case 'quot':
      return '"'
    case 'apos':
      return "'"
  }
  if (name.charCodeAt(0) === 0x23) return resolveCharacter(name)
  if (!isName(name)) throw malformed('bare ampersand')
  // RFC 6120 §11.1
  throw restricted('entity reference')
}

/** `#38` or `#x26` (XML 1.0 §4.1); the character must itself be allowed. */
function resolveCharacter(reference: string): string {
  const hex = reference.charCodeAt(1) === 0x78
  const first = hex ? 2 : 1
  let code = 0
  for (let i = first; i < reference.length; i++) {
    const digit = digitValue(reference.charCodeAt(i), hex)
    if (digit < 0) throw malformed('invalid character reference')
    code = code * (hex ? 16 : 10) + digit
    if (code > 0x10ffff) throw malformed('invalid character reference')
  }
  if (reference.length === first || !isXmlChar(code)) throw malformed('invalid character reference')
  return String.fromCodePoint(code)
}

function digitValue(c: number, hex: boolean): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  if (!hex) return -1
  const lower = c | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function isName(text: string): boolean {
  let first = true
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (first ? !isNameStart(code) : !isNameChar(code)) return false
    first = false
  }
  return !first
}
