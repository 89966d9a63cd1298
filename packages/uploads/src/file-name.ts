const LONGEST_BYTES = 160
const LONGEST_ENDING = 16

// Controls, what separates paths anywhere, what turns the direction of text, and what has no look at all.
const UNWANTED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}/\\:*?"<>|]+/gu

/**
 * A name that is safe in links, headers and file systems, its ending kept (XEP-0363 §4): composed, without paths, controls and leading
 * dots, at most 160 bytes of UTF-8. `file` where nothing is left.
 */
export function cleanFileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .toWellFormed()
    .normalize('NFC')
    .replace(UNWANTED, '_')
    .trim()
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
  const dot = clean.lastIndexOf('.')
  const ending = dot > 0 && clean.length - dot <= LONGEST_ENDING ? clean.slice(dot) : ''
  const stem = clean.slice(0, clean.length - ending.length)
  return `${cut(stem, LONGEST_BYTES - Buffer.byteLength(ending))}${ending}` || 'file'
}

/** As many whole characters as fit. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let left = bytes
  let kept = ''
  for (const character of text) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    kept += character
  }
  return kept
}
