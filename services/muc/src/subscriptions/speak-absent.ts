import { bareOf } from '@heliograph/jid'
import { type Arrived, refuse } from '../arrived.ts'
import { initialRole } from '../authority/entry.ts'
import type { MucContext } from '../context.ts'
import { slows } from '../limits/slows.ts'
import { isLogged } from '../messages/broadcast.ts'
import { sayToAll } from '../messages/groupchat.ts'
import { Occupant } from '../occupant.ts'
import { lockedNick } from '../registration/locked-nick.ts'
import { occupantJid } from '../room.ts'
import type { Subscription } from '../store/stored-room.ts'

/** Who follows a room speaks there without entering, as the occupant that he would be (MUC/Sub, "Sending a message"). */
export function speakAbsent(context: MucContext, arrived: Arrived, subscription: Subscription): void {
  const { room, stream, count, taken } = arrived
  if (room.recent.has(stream, count) || room.carried.has(stream, count)) {
    context.events.repeated()
    if (isLogged(context, room)) context.archive.whenStored(taken)
    else void context.records.flushed(room.partition).then(taken)
    return
  }
  if (slows(context, arrived)) return
  const user = bareOf(arrived.from)
  const role = initialRole(room.affiliationOf(user), room.about.config)
  if (role === 'none') return refuse(context, arrived, 'forbidden')
  const [present] = room.occupants.of(user)
  const nick = lockedNick(room, user) ?? subscription.nick
  const id = context.occupantIds.of(room.jid, user)
  const absent = () =>
    new Occupant({ nick, jid: occupantJid(room.jid, nick), bare: user, id, role, changed: 0, sessions: [] })
  sayToAll(context, arrived, present ?? absent())
}
