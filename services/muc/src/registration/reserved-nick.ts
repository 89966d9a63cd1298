import type { Jid } from '@heliograph/jid'
import { el, NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Room } from '../room.ts'

/** Where a user asks which nick is kept for him (XEP-0045 §7.12). */
export const RESERVED_NICK = 'x-roomuser-item'

/** The answer; empty when none is. */
export function reservedNick(room: Room, from: Jid): Element {
  const name = room.about.affiliates.nickOf(from)
  const identity = name !== undefined && el('identity', { category: 'conference', type: 'text', name })
  return el('query', { xmlns: NS.discoInfo, node: RESERVED_NICK }, identity)
}
