import { isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { say } from '../arrived.ts'
import { refusedEntry } from '../authority/entry.ts'
import type { Affiliation } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { Room } from '../room.ts'
import type { Subscription } from '../store/stored-room.ts'
import { endedStanza } from './event.ts'

/** Who may not enter may not follow either, and nobody a room whose owner doesn't want it. */
export function mayFollow(affiliation: Affiliation, config: RoomConfig): boolean {
  return config.subscriptions && refusedEntry(affiliation, config) === undefined
}

/** Ends the subscriptions of those who may not follow the room any more. @throws when the database isn't there */
export async function endUnfit(context: MucContext, room: Room): Promise<void> {
  const { subscribers, config } = room.about
  if (subscribers.size === 0) return
  const unfit = [...subscribers].filter(({ jid }) => !mayFollow(room.affiliationOf(jid), config))
  if (unfit.length === 0) return
  await context.store.endSubscriptions(
    room.jid,
    unfit.map(({ jid }) => jid),
  )
  for (const { jid } of unfit) subscribers.delete(jid)
  tellEnded(context, room, unfit)
}

/** Those who followed a room learn that they do no more. */
export function tellEnded(context: MucContext, room: Room, ended: Iterable<Subscription>): void {
  for (const each of ended) say(context, room, endedStanza(room.jid, each))
}

/** Somebody left the room by his last client: what was said until now he has heard there, and isn't sent again by a new owner. */
export function followsFromNow(context: MucContext, room: Room, user: BareJid): void {
  if (typeof room.details !== 'object' || room.details.subscribers.size === 0) return
  const known = room.details.subscribers.get(user)
  if (known === undefined || room.occupants.of(user).length > 0) return
  const subscription = { ...known, since: room.lastSequence }
  room.details.subscribers.put(subscription)
  context.store.setSince(room.jid, subscription).catch((error: unknown) => {
    const level = isUnavailable(error) ? 'warn' : 'error'
    context.log[level]('subscription_unstored', { room: room.jid, error })
  })
}
