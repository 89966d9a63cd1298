import { wantsStorage } from '@heliograph/archive'
import { type Jid, resourceOf, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'

const SUBSCRIPTIONS: ReadonlySet<string | undefined> = new Set([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
])

/**
 * Whether a stanza is kept for a server that can't be reached: messages that would wait for somebody who is away, too, and what becomes of
 * subscriptions. What a room says to an occupant comes back, so that the room is rid of who can't be reached.
 */
export function isDurable(stanza: Stanza): boolean {
  if (stanza.name === 'presence') return SUBSCRIPTIONS.has(stanza.type)
  if (stanza.name !== 'message' || stanza.type === 'error' || stanza.to === undefined) return false
  if (stanza.type === 'groupchat' && resourceOf(trusted<Jid>(stanza.to)) !== '') return false
  return wantsStorage(stanza, 'offline')
}

/** Whether only the latest of its kind counts: who somebody is there for, and who asks. Who goes somewhere hears at once that he can't. */
export function isState({ name, type, to }: Stanza): boolean {
  if (name !== 'presence' || to === undefined) return false
  if (type === undefined) return resourceOf(trusted<Jid>(to)) === ''
  return type === 'unavailable' || type === 'probe'
}
