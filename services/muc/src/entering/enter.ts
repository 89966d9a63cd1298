import { bareOf, type FullJid, resourceOf } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { readHistoryRequest } from '../archive/history-request.ts'
import { type Arrived, refuse } from '../arrived.ts'
import { initialRole } from '../authority/entry.ts'
import type { MucContext } from '../context.ts'
import { Occupant, type Present, type Session } from '../occupant.ts'
import { announce } from '../presence/announce.ts'
import { keptPresence } from '../presence/occupant-presence.ts'
import { nickOnEntering } from '../registration/locked-nick.ts'
import { occupantJid, type Room } from '../room.ts'
import { refusedAdmission } from './admission.ts'
import { askFirst, isToBeAsked } from './ask-question.ts'
import { initialPresence } from './initial-presence.ts'
import { isListed } from './remove-listed.ts'
import { welcome } from './welcome.ts'

/** Somebody wants to enter a room that is there (XEP-0045 §7.2), or enters once more because he lost track. */
export function enter(context: MucContext, arrived: Arrived, { isNew = false } = {}): void | Promise<void> {
  const { room } = arrived
  const from = arrived.from as FullJid
  const nick = nickOnEntering(arrived, bareOf(from))
  if (isListed(context, room, bareOf(from))) {
    context.events.listedRefused()
    // As if he were banned (XEP-0045 §7.2.7): he isn't told of any list.
    return refuse(context, arrived, 'forbidden')
  }
  const applicant = { user: bareOf(from), client: from, nick, password: passwordOf(arrived) }
  const refused = refusedAdmission(room, applicant, context.config.maxOccupants)
  if (refused) return refuse(context, arrived, refused)
  if (isToBeAsked(context, arrived)) return askFirst(context, arrived, () => letIn(context, arrived, isNew))
  letIn(context, arrived, isNew)
}

function letIn(context: MucContext, arrived: Arrived, isNew: boolean): void {
  const { room, stanza } = arrived
  const from = arrived.from as FullJid
  const nick = nickOnEntering(arrived, bareOf(from))
  const present = room.occupants.named(nick)
  const occupant = present ?? newOccupant(context, arrived, nick)
  const session: Session = {
    jid: from,
    presence: keptPresence(stanza),
    stream: arrived.stream,
    count: arrived.count,
    joined: 0,
    welcomed: false,
    // It may be here already.
    said: occupant.sessionOf(from)?.said,
  }
  if (!occupant.sessionOf(from)) context.events.entered()
  const others = initialPresence(context, room, occupant, from)
  room.occupants.add(occupant)
  room.occupants.addSession(occupant, session)
  const { config } = room.about
  const ownCodes = [
    ...(config.addressesFor === 'anyone' ? [100] : []),
    ...(config.logged ? [170] : []),
    ...(isNew ? [201] : []),
    // §7.2.2: it isn't the one that was asked for.
    ...(nick === resourceOf(stanza.to!) ? [] : [210]),
  ]
  const news = announce(context, room, occupant, { ownCodes, id: stanza.id, trace: arrived.trace })
  session.joined = occupant.changed
  const history = readHistoryRequest(stanza, { max: historyMax(room, stanza, from), before: session.joined })
  welcome(context, arrived, { occupant, session, parcels: [...others, ...news], history })
}

function newOccupant(context: MucContext, { room, from }: Arrived, nick: string): Occupant {
  const bare = bareOf(from)
  return new Occupant({
    nick,
    jid: occupantJid(room.jid, nick),
    bare,
    id: context.occupantIds.of(room.jid, bare),
    // Who may not enter was refused.
    role: initialRole(room.affiliationOf(bare), room.about.config) as Present,
    changed: 0,
    sessions: [],
  })
}

/** Who follows the room has heard what was said (MUC/Sub, "Joining a MUC Room"), unless he asks for it. */
function historyMax({ about }: Room, stanza: Stanza, from: FullJid): number {
  const asks = stanza.child('x', NS.muc)?.getChild('history') !== undefined
  return about.subscribers.get(from)?.nodes.includes('messages') && !asks ? 0 : about.config.historyMax
}

function passwordOf({ stanza }: Arrived): string | undefined {
  return stanza.child('x', NS.muc)?.getChildText('password') ?? undefined
}
