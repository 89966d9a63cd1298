/** Right-to-left characters among those an identifier may hold (bidi classes R and AL). */
const RTL_LETTER =
  /[[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]--[\p{Mn}\p{Me}\u0660-\u0669\u06F0-\u06F9\u{10D30}-\u{10D39}]]/v
const ARABIC_NUMBER = /[\u0660-\u0669\u{10D30}-\u{10D39}]/u
const EUROPEAN_NUMBER = /[0-9\u06F0-\u06F9]/u
const MARK = /[\p{Mn}\p{Me}]/u
/** ASCII punctuation and symbols (classes ES, ET, CS, ON), the letters whose class is ON, and the joiners (BN). */
const NEUTRAL =
  /[\u200C-\u200D!-/:-@[-`{-~\u02B9\u02BA\u02C6-\u02CF\u02EC\u2E2F\uA67F\uA717-\uA71F\uA788\u30FB\u00B7\u0375]/u
const ANY_RTL = new RegExp(`${RTL_LETTER.source}|${ARABIC_NUMBER.source}`, 'v')

/** The Bidi Rule for one identifier (RFC 5893 §2); text without right-to-left characters always passes (RFC 8265 §3.3). */
export function bidiRuleHolds(text: string): boolean {
  if (!ANY_RTL.test(text)) return true
  const characters = [...text]
  // Condition 1; a label that starts left-to-right can't hold right-to-left characters (condition 5).
  if (!RTL_LETTER.test(characters[0] ?? '')) return false
  // Condition 4
  if (ARABIC_NUMBER.test(text) && EUROPEAN_NUMBER.test(text)) return false
  // Condition 2
  if (!characters.every(mayStandInRtl)) return false
  // Condition 3
  const last = characters.findLast((character) => !MARK.test(character)) ?? ''
  return RTL_LETTER.test(last) || ARABIC_NUMBER.test(last) || EUROPEAN_NUMBER.test(last)
}

function mayStandInRtl(character: string): boolean {
  return [RTL_LETTER, ARABIC_NUMBER, EUROPEAN_NUMBER, MARK, NEUTRAL].some((type) => type.test(character))
}
