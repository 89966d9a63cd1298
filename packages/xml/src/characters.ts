/** Character classes of XML 1.0 (fifth edition) §2.2 and §2.3. */

const START = 1
const NAME = 2
const ascii = new Uint8Array(128)
for (let c = 0; c < 128; c++) {
  const letter = (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a)
  if (letter || c === 0x5f || c === 0x3a) ascii[c] = START | NAME
  else if ((c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2e) ascii[c] = NAME
}

// XML 1.0 §2.3, production 4 above ASCII: pairs of first and last code point.
const START_RANGES = [
  0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff, 0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d, 0x2070, 0x218f, 0x2c00, 0x2fef,
  0x3001, 0xd7ff, 0xf900, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0xeffff,
]
// Production 4a: what may follow besides.
const NAME_RANGES = [0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040]

function inRanges(ranges: readonly number[], code: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (code >= ranges[i]! && code <= ranges[i + 1]!) return true
  }
  return false
}

/** Whether a code point may begin a Name. The colon counts: callers judge colons. */
export function isNameStart(code: number): boolean {
  return code < 128 ? (ascii[code]! & START) !== 0 : inRanges(START_RANGES, code)
}

/** Whether a code point may stand inside a Name. */
export function isNameChar(code: number): boolean {
  return code < 128 ? (ascii[code]! & NAME) !== 0 : inRanges(START_RANGES, code) || inRanges(NAME_RANGES, code)
}

/** XML 1.0 §2.2, production 2 (Char). */
export function isXmlChar(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

/** Space, tab, line feed, carriage return (production 3). */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0xa || code === 0xd || code === 0x9
}
