import { bidiRuleHolds } from './bidi.ts'
import { contextRulesHold } from './context.ts'

const ASCII = /^[\x20-\x7e]*$/
/** RFC 8264 §9.6 exceptions that are valid whatever their category. */
const VALID_EXCEPTION = /[\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007]/u
/** RFC 8264 §9.6 and §9.8: valid where the context rules allow. */
const CONTEXTUAL = /[\u00B7\u0375\u05F3\u05F4\u30FB\u0660-\u0669\u06F0-\u06F9\u200C-\u200D]/u
/** RFC 8264 §9.6 disallowed exceptions, §9.9 old Hangul jamo, §9.13 ignorable. */
const NEVER =
  /[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7C6\uD7CB-\uD7FB\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cn}\p{Cs}\p{Cc}]/u
/** RFC 8264 §9.1 LetterDigits. */
const LETTER_DIGIT = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u
/** RFC 8264 §9.14–9.18: further members of the FreeformClass. */
const FREEFORM_ONLY = /[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]/u
const WIDE_OR_NARROW = /[\u3000\uFF01-\uFFEF]/gu
const NON_ASCII_SPACE = /[\p{Zs}--\x20]/gv

type Verdict = 'identifier' | 'freeform' | 'disallowed'

/** The derived property of one code point (RFC 8264 §8); contextual characters count as identifiers here. */
export function classOf(character: string): Verdict {
  if (character >= '!' && character <= '~' && character.length === 1) return 'identifier'
  if (VALID_EXCEPTION.test(character) || CONTEXTUAL.test(character)) return 'identifier'
  if (NEVER.test(character)) return 'disallowed'
  if (character.normalize('NFKC') !== character) return 'freeform' // §9.17 HasCompat
  if (LETTER_DIGIT.test(character)) return 'identifier'
  return FREEFORM_ONLY.test(character) ? 'freeform' : 'disallowed'
}

/**
 * Enforces UsernameCaseMapped (RFC 8265 §3.3). Idempotent.
 * @returns the prepared name, or undefined when it isn't valid; never an empty string
 */
export function usernameCaseMapped(text: string): string | undefined {
  if (ASCII.test(text)) return text === '' || text.includes(' ') ? undefined : text.toLowerCase()
  const narrow = text.replace(WIDE_OR_NARROW, (character) => character.normalize('NFKC'))
  if (!isIdentifier(narrow)) return undefined
  const mapped = lowerCaseNfc(narrow)
  if (!isIdentifier(mapped) || !contextRulesHold(mapped) || !bidiRuleHolds(mapped)) return undefined
  return mapped
}

/**
 * Enforces OpaqueString (RFC 8265 §4.2). Idempotent.
 * @returns the prepared string, or undefined when it isn't valid; never an empty string
 */
export function opaqueString(text: string): string | undefined {
  if (ASCII.test(text)) return text === '' ? undefined : text
  if (!isFreeform(text)) return undefined
  const mapped = text.replace(NON_ASCII_SPACE, ' ').normalize('NFC')
  return isFreeform(mapped) && contextRulesHold(mapped) ? mapped : undefined
}

/** Lower case can leave a sequence that NFC composes into something with a lower case of its own: repeat until stable. */
function lowerCaseNfc(text: string): string {
  const once = text.toLowerCase().normalize('NFC')
  const twice = once.toLowerCase().normalize('NFC')
  return once === twice ? once : lowerCaseNfc(twice)
}

function isIdentifier(text: string): boolean {
  for (const character of text) if (classOf(character) !== 'identifier') return false
  return true
}

function isFreeform(text: string): boolean {
  for (const character of text) if (classOf(character) === 'disallowed') return false
  return true
}
