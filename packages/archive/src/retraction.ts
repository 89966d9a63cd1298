import { trusted } from '@heliograph/jid'
import { el, formatTimestamp, NS, type Stanza } from '@heliograph/stanza'
import { idToDate } from './id-clock.ts'

const RETRACT = `{${NS.retraction}}retract`
const RETRACTED = `{${NS.retraction}}retracted`
const IN_ROOM = `{${NS.mucUser}}x`

/**
 * §5: retraction and original have the same bare JID as their author, which was looked for already. Occupants of a room share one: there it
 * is the full one that counts. A retraction can't be taken back, nor anything twice.
 */
export function mayTakeBack(message: Stanza, stored: Stanza): boolean {
  if (stored.has(RETRACT) || stored.has(RETRACTED)) return false
  const inRoom = message.has(IN_ROOM) || stored.has(IN_ROOM)
  return !inRoom || trusted(message.from!) === trusted(stored.from!)
}

/** §4: nothing of the original but who said it to whom, and when. */
export function tombstone(original: Stanza, retractionId: string, at: number): Stanza {
  const stamp = formatTimestamp(idToDate(at).getTime())
  const retracted = el('retracted', { xmlns: NS.retraction, id: retractionId, stamp })
  return original.withPayload(Buffer.from(retracted.toString()), [RETRACTED])
}
