import { isIPv6 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { hasPartLength } from './bytes.ts'
import { contextRulesHold } from './context.ts'
import { classOf } from './precis.ts'

/**
 * Letters, digits, hyphens and dots: an ordinary host name. Underscores are let through as well: hosts inside
 * container networks carry them, and no other meaning can be read into them.
 */
const HOST_NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/
/** RFC 5890 §2.3.1: no hyphen at a label's ends, and `??--` is reserved. */
const BAD_HYPHENS = /(?:^|\.)-|-(?:\.|$)|(?:^|\.)[^.]{2}--/
const FOREIGN_ASCII = /[\p{ASCII}--[a-zA-Z0-9._\-]]/v
/** A last label that keeps the URL rules from reading a name of digits as an IPv4 number. */
const GUARD = '.guard'

/**
 * Prepares a domain part (RFC 7622 §3.2): trailing dot off, lower case, U-labels instead of A-labels, IPv6 in its
 * shortest spelling (RFC 5952). Idempotent.
 * @returns undefined when it isn't valid
 */
export function prepareDomain(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  if (!hasPartLength(name)) return undefined
  if (name.startsWith('[')) return prepareIpv6(name)
  const lower = name.toLowerCase()
  if (HOST_NAME.test(lower) && !BAD_HYPHENS.test(lower)) return lower
  return prepareInternational(name)
}

function prepareInternational(name: string): string | undefined {
  if (FOREIGN_ASCII.test(name)) return undefined
  const unicode = domainToUnicode(name + GUARD)
  if (!unicode.endsWith(GUARD)) return undefined
  // A-labels must be the encoding of their own U-label (RFC 5890 §2.3.2.1).
  if (domainToASCII(unicode) !== domainToASCII(name + GUARD)) return undefined
  const prepared = unicode.slice(0, -GUARD.length)
  const valid = hasPartLength(prepared) && !BAD_HYPHENS.test(prepared) && prepared.split('.').every(isLabel)
  return valid ? prepared : undefined
}

/** A label that IDNA2008 allows (RFC 5892 §2.1): an identifier without ASCII symbols, unchanged by case folding. */
function isLabel(label: string): boolean {
  if (label === '' || FOREIGN_ASCII.test(label)) return false
  for (const character of label) {
    if (classOf(character) !== 'identifier' || character.toLowerCase() !== character) return false
  }
  return contextRulesHold(label)
}

function prepareIpv6(literal: string): string | undefined {
  // RFC 3986 §3.2.2 has no zone identifiers, and they mean nothing to another host.
  if (!literal.endsWith(']') || literal.includes('%') || !isIPv6(literal.slice(1, -1))) return undefined
  return new URL(`http://${literal}`).hostname
}
