import { NS, type Stanza } from '@heliograph/stanza'

const PRIORITY = `{${NS.client}}priority`

/** RFC 6121 §4.7.2.3: -128 to 127, 0 when absent or not a number in that range. */
export function priorityOf(presence: Stanza): number {
  if (!presence.has(PRIORITY)) return 0
  const text = presence.childText('priority', NS.client)?.trim() ?? ''
  if (!/^[+-]?\d{1,3}$/.test(text)) return 0
  const priority = Number(text)
  return priority >= -128 && priority <= 127 ? priority : 0
}
