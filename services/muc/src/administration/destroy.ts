import { type Jid, parseJid } from '@heliograph/jid'
import { el, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { type Element, serializeContent } from '@heliograph/xml'
import type { MucContext } from '../context.ts'
import { depart } from '../presence/depart.ts'
import type { Room } from '../room.ts'
import { tellEnded } from '../subscriptions/end-subscriptions.ts'
import { REASON_MAX } from './items.ts'

/** What occupants are told when their room ends (XEP-0045 §10.9). */
export interface Destruction {
  /** Where they may go on, and with which password. */
  readonly venue?: Jid | undefined
  readonly password?: string | undefined
  readonly reason?: string | undefined
}

/** The request in a `<destroy/>` element, or what is wrong with it. */
export function readDestruction(destroy: Element): Destruction | StanzaError {
  const { jid } = destroy.attrs
  const venue = jid === undefined ? undefined : parseJid(jid)
  if (jid !== undefined && venue === undefined) return stanzaError('jid-malformed')
  const [reason, password] = ['reason', 'password'].map((name) => destroy.getChildText(name, NS.mucOwner) ?? undefined)
  if ([reason, password].some((text) => text !== undefined && text.length > REASON_MAX)) {
    return stanzaError('not-acceptable', { text: `a text has more than ${REASON_MAX} characters` })
  }
  return { venue, password, reason }
}

/** Ends a room: each occupant is told once, of himself; then nothing is left of it. @throws when the database isn't there */
export async function destroyRoom(context: MucContext, room: Room, destruction: Destruction): Promise<void> {
  await context.archive.erase(room.jid)
  await context.store.destroy(room.jid)
  if (typeof room.details === 'object') tellEnded(context, room, room.details.subscribers)
  room.details = 'absent'
  tellDestroyed(context, room, destruction)
}

/** Takes everybody out of a room that isn't any more. */
export function tellDestroyed(context: MucContext, room: Room, destruction: Destruction): void {
  const destroyed = serializeContent([destroyElement(destruction)], NS.mucUser).xml
  for (const occupant of [...room.occupants]) {
    occupant.shown = false
    depart(context, room, occupant, { destroyed })
  }
}

function destroyElement({ venue, password, reason }: Destruction): Element {
  return el(
    'destroy',
    { jid: venue },
    password !== undefined && el('password', null, password),
    reason !== undefined && el('reason', null, reason),
  )
}
