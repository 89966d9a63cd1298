/** UTS 39 §5.2, "highly restrictive": scripts that are written together. */
const TOGETHER = [
  /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}]*$/u,
  /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Bopo}]*$/u,
  /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Hang}]*$/u,
]

/** Recommended scripts (UAX 31 table 5), and those of limited use (table 7): what people write names in today. */
const ALONE = [
  ...'Adlm Arab Armn Bali Bamu Batk Beng Cakm Cans Cham Cher Cyrl Deva Ethi Geor Grek Gujr Guru Hebr Hmnp Java Kali Khmr Knda'.split(
    ' ',
  ),
  ...'Lana Laoo Lepc Limb Lisu Mand Mlym Mtei Mymr Newa Nkoo Olck Orya Osge Plrd Rohg Saur Sinh Sund Sylo Syrc Tale Talu'.split(
    ' ',
  ),
  ...'Taml Tavt Telu Tfng Thaa Thai Tibt Vaii Wcho Yiii'.split(' '),
].map((script) => new RegExp(`^\\p{scx=${script}}*$`, 'u'))

const ASCII = /^[\x21-\x7e]*$/
/** Digits, signs and marks that many scripts use. */
const SHARED = /[\p{sc=Common}\p{sc=Inherited}]/gu
const DIGITS = /\p{Nd}/gu

/**
 * Whether a prepared local part mixes scripts that nobody writes together, or digits of several systems: what makes a name look like
 * another one. The engine's Unicode data decide.
 */
export function mixesScripts(local: string): boolean {
  if (ASCII.test(local)) return false
  const letters = local.normalize('NFD').replace(SHARED, '')
  const isOne = [...TOGETHER, ...ALONE].some((script) => script.test(letters))
  return !isOne || digitSystems(local) > 1
}

/** Digits of one system are ten in a row. */
function digitSystems(text: string): number {
  return new Set((text.match(DIGITS) ?? []).map(zeroOf)).size
}

function zeroOf(digit: string): number {
  let zero = digit.codePointAt(0)!
  while (zero > 0 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--
  return zero
}
