import { withStanzaId } from '@heliograph/archive'
import { NS, type Stanza } from '@heliograph/stanza'
import { withoutForgeries } from '../archive/clean.ts'
import { fateOf } from '../archive/fate.ts'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { OCCUPANT_ID, occupantIdXml } from '../presence/user-item.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'

const DELAY = `{${NS.delay}}delay`

/** An occupant's message as all of them see it, without what only the room may say. */
export function fromOccupant(room: Room, occupant: Occupant, stanza: Stanza): Stanza {
  // XEP-0045 §7.9: an owner brings along what was said elsewhere, and when. Others would date their own words.
  const mayDate = !stanza.has(DELAY) || room.affiliationOf(occupant.bare) === 'owner'
  return withoutForgeries(stanza, room.jid, { mayDate })
    .with({ from: occupant.jid, to: undefined })
    .append(occupantIdXml(occupant.id), OCCUPANT_ID)
}

/**
 * Sends a message, of an occupant or of the room itself, to all who are in the room, once it is stored, where it is worth that: its sender's owner gets the receipt then. What isn't
 * stored is in custody when everybody has it.
 * @returns its stanza-id, or undefined when too much waits to be stored
 */
export function broadcast(
  context: MucContext,
  { room, from, stream, count, trace, taken }: Arrived,
  { message, occupant }: { readonly message: Stanza; readonly occupant?: Occupant | undefined },
): number | undefined {
  const recipients = room.occupants.clients
  const fate = fateOf(message, context.config.archive.enabled && room.about.config.logged)
  const id = takeSequences(context, room)
  const stamped = withStanzaId(message, room.jid, id)
  if (fate === 'passing') {
    room.out.pass(() => room.lane.send({ stanza: stamped, recipients, sequence: id, trace }, taken))
    context.events.message(recipients.length)
    return id
  }
  let release = () => {}
  let isReleased = false
  const row = {
    room: room.jid,
    id,
    nick: occupant?.nick ?? '',
    author: occupant && from,
    stanza: message,
    stream,
    count,
  }
  const transient = fate === 'transient'
  const added = context.archive.add(
    { ...row, transient },
    {
      release: () => {
        isReleased = true
        release()
      },
      stored: () => {
        release()
        taken()
      },
      failed: () => {
        context.log.error('room_message_unstored', { room: room.jid, stanza_id: id })
        release()
        taken()
      },
    },
  )
  if (!added) {
    context.events.full()
    return undefined
  }
  room.recent.add(stream, count)
  context.events.message(recipients.length)
  release = room.out.hold(() => {
    const everybodyHasIt = transient ? () => context.archive.taken(room.jid, [id]) : undefined
    room.lane.send({ stanza: stamped, recipients, sequence: id, trace }, everybodyHasIt)
  })
  if (isReleased) release()
  return id
}
