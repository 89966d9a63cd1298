import type { Parcel } from '@heliograph/distribution'
import type { PastMessage } from '../archive/history.ts'
import type { HistoryRequest } from '../archive/history-request.ts'
import { asHistory } from '../archive/select-history.ts'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { subjectStanza } from '../messages/subject-stanza.ts'
import type { Occupant, Session } from '../occupant.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'

export interface Welcome {
  readonly occupant: Occupant
  readonly session: Session
  /** Presence, of the others, then his own. */
  readonly parcels: readonly Parcel[]
  readonly history: HistoryRequest
}

/**
 * Shows somebody in: presence, then history, then the subject (XEP-0045 §7.2.15), not before it is certain that a new owner of the room will
 * know him. What is said meanwhile comes after that.
 */
export function welcome(context: MucContext, arrived: Arrived, { occupant, session, parcels, history }: Welcome): void {
  const { room } = arrived
  // The subject, after at most so many messages.
  const first = takeSequences(context, room, history.maxStanzas + 1)
  const { subject } = room.about
  let said: readonly PastMessage[] = []
  let waiting = 2
  const release = room.out.hold(() => {
    for (const parcel of parcels) room.lane.send(parcel)
    const recipients = [session.jid]
    for (const [i, past] of said.entries())
      room.lane.send({ stanza: asHistory(room.jid, past), recipients, sequence: first + i })
    const last = { stanza: subjectStanza(room.jid, subject), recipients, sequence: first + said.length }
    room.lane.send(last, () => welcomed(context, room, occupant, session))
    arrived.taken()
  })
  const ready = () => {
    waiting--
    if (waiting === 0) release()
  }
  context.records.changed(room, occupant, ready)
  context.archive
    .history(room.jid, history)
    .then((found) => {
      said = found.slice(-history.maxStanzas)
    })
    .catch((error: unknown) => context.log.error('history_unread', { room: room.jid, error }))
    .finally(ready)
}

/** A new owner need not show him in again. */
function welcomed(context: MucContext, room: Room, occupant: Occupant, session: Session): void {
  session.welcomed = true
  if (occupant.sessions.includes(session)) context.records.changed(room, occupant)
}
