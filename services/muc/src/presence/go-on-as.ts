import type { MucContext } from '../context.ts'
import { Occupant, type Session } from '../occupant.ts'
import { occupantJid, type Room } from '../room.ts'
import { depart } from './depart.ts'

export interface NewName {
  readonly nick: string
  /** The client by which the others see him from now on. */
  readonly foremost?: Session
}

/**
 * An occupant goes on under another nick, with all his clients (XEP-0045 §7.6): everybody hears of his going, and is to be told of his being
 * there. If he has that nick by other clients already, he is one with them. @returns who he is now
 */
export function goOnAs(
  context: MucContext,
  room: Room,
  occupant: Occupant,
  { nick, foremost = occupant.foremost }: NewName,
): Occupant {
  const { role, bare, id } = occupant
  const sessions = [...occupant.sessions.filter((each) => each !== foremost), foremost]
  depart(context, room, occupant, { codes: [303], newNick: nick, role })
  const jid = occupantJid(room.jid, nick)
  const renamed = room.occupants.named(nick) ?? new Occupant({ nick, jid, bare, id, role, changed: 0, sessions: [] })
  // Who heard of his going hears where to.
  renamed.shown ||= occupant.shown
  room.occupants.add(renamed)
  for (const session of sessions) room.occupants.addSession(renamed, session)
  return renamed
}
