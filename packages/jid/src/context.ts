import { JOINS_NEXT, JOINS_NEXT_ONLY, JOINS_PREVIOUS_ONLY, VIRAMA } from './unicode.ts'

const NEEDS_CONTEXT = /[\u200C-\u200D\u00B7\u0375\u05F3\u05F4\u30FB\u0660-\u0669\u06F0-\u06F9]/u
const TRANSPARENT = /[[\p{Mn}\p{Me}\p{Cf}]--[\u200C\u200D]]/v
const KANA_OR_HAN = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u
const GREEK = /\p{Script=Greek}/u
const HEBREW = /\p{Script=Hebrew}/u
const ARABIC_INDIC = /[\u0660-\u0669]/u
const EXTENDED_ARABIC_INDIC = /[\u06F0-\u06F9]/u

/** Whether each CONTEXTJ and CONTEXTO character stands where its rule allows it (RFC 5892 appendix A). */
export function contextRulesHold(text: string): boolean {
  if (!NEEDS_CONTEXT.test(text)) return true
  // RFC 5892 A.8 and A.9
  if (ARABIC_INDIC.test(text) && EXTENDED_ARABIC_INDIC.test(text)) return false
  const characters = [...text]
  return characters.every((character, at) => ruleHolds(character, at, characters))
}

function ruleHolds(character: string, at: number, all: readonly string[]): boolean {
  const before = all[at - 1] ?? ''
  const after = all[at + 1] ?? ''
  switch (character) {
    case '\u200C': // A.1
      return VIRAMA.test(before) || betweenJoining(at, all)
    case '\u200D': // A.2
      return VIRAMA.test(before)
    case '\u00B7': // A.3
      return before === 'l' && after === 'l'
    case '\u0375': // A.4
      return GREEK.test(after)
    case '\u05F3': // A.5
    case '\u05F4': // A.6
      return HEBREW.test(before)
    case '\u30FB': // A.7: the dot itself has script Common
      return all.some((other) => KANA_OR_HAN.test(other))
    default:
      return true
  }
}

function betweenJoining(at: number, all: readonly string[]): boolean {
  let left = at - 1
  while (left >= 0 && TRANSPARENT.test(all[left] ?? '')) left--
  let right = at + 1
  while (right < all.length && TRANSPARENT.test(all[right] ?? '')) right++
  const next = all[right] ?? ''
  const joinsPrevious = JOINS_PREVIOUS_ONLY.test(next) || (JOINS_NEXT.test(next) && !JOINS_NEXT_ONLY.test(next))
  return JOINS_NEXT.test(all[left] ?? '') && joinsPrevious
}
