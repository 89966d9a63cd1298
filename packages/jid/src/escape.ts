/** XEP-0106 §3: each character a local part can't hold, and the backslash, by its two hexadecimal digits. */
const ESCAPED = new Map(
  [...' "&\'/:<>@\\'].map((character) => [character.charCodeAt(0).toString(16), character] as const),
)
const CODES = [...ESCAPED.keys()].join('|')
const TO_ESCAPE = new RegExp(`[ "&'/:<>@]|\\\\(?=${CODES})`, 'g')
const TO_UNESCAPE = new RegExp(`\\\\(${CODES})`, 'g')

/**
 * Escapes a foreign name for use as a local part (XEP-0106 §4). The result still has to be prepared.
 * @returns undefined when the name begins or ends with a space, which can't be escaped (§3.2)
 */
export function escapeLocal(name: string): string | undefined {
  if (name.startsWith(' ') || name.endsWith(' ')) return undefined
  return name.replace(TO_ESCAPE, (character) => `\\${character.charCodeAt(0).toString(16)}`)
}

/** The name that an escaped local part stands for (XEP-0106 §3.3). Sequences that escape nothing are kept. */
export function unescapeLocal(local: string): string {
  return local.replace(TO_UNESCAPE, (sequence, code: string, at: number) => {
    // XEP-0106 §3.2: \20 can't be the first or last of an escaped local part, so there it isn't an escape.
    const atAnEnd = at === 0 || at + sequence.length === local.length
    return code === '20' && atAnEnd ? sequence : (ESCAPED.get(code) ?? sequence)
  })
}
