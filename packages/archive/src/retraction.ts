import { trusted } from '@heliograph/jid'
import { el, formatTimestamp, NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { idToDate } from './id-clock.ts'

const RETRACT = `{${NS.retraction}}retract`
const RETRACTED = `{${NS.retraction}}retracted`
const IN_ROOM = `{${NS.mucUser}}x`

/**
 * §5: retraction and original have the same bare JID as their author, which was looked for already. Occupants of a room share one: there it
 * is the full one that counts. A retraction can't be taken back, nor anything twice.
 */
export function mayTakeBack(message: Stanza, stored: Stanza): boolean {
  if (isTakenBack(stored)) return false
  const inRoom = message.has(IN_ROOM) || stored.has(IN_ROOM)
  return !inRoom || trusted(message.from!) === trusted(stored.from!)
}

/**
 * §4: nothing of the original but who said it to whom, and when.
 * @param retraction `id` is the retraction's, `at` where it is in the archive, `details` what is said of it (XEP-0425 §5)
 */
export function tombstone(
  original: Stanza,
  {
    id,
    at,
    details = [],
  }: { readonly id?: string | undefined; readonly at: number; readonly details?: readonly Element[] },
): Stanza {
  const stamp = formatTimestamp(idToDate(at).getTime())
  const retracted = el('retracted', { xmlns: NS.retraction, id, stamp }, details)
  const grave = original.withPayload(Buffer.alloc(0), []).append(retracted)
  const author = original.child('occupant-id', NS.occupantId)
  return author ? grave.append(author) : grave
}

/** Whether a message is a retraction, or what is left of one that was taken back: neither is taken back. */
export function isTakenBack(stored: Stanza): boolean {
  return stored.has(RETRACT) || stored.has(RETRACTED)
}
