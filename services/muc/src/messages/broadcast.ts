import { withStanzaId } from '@heliograph/archive'
import { Haste, hasteOfCopies } from '@heliograph/bus'
import { NS, type Stanza } from '@heliograph/stanza'
import { withoutForgeries } from '../archive/clean.ts'
import { fateOf } from '../archive/fate.ts'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { OCCUPANT_ID, occupantIdXml } from '../presence/user-item.ts'
import type { Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import { copiesOf, sendTogether, sequencesOfMessage } from '../subscriptions/copies.ts'

const DELAY = `{${NS.delay}}delay`

/** An occupant's message as all of them see it, without what only the room may say. */
export function fromOccupant(room: Room, occupant: Occupant, stanza: Stanza): Stanza {
  // XEP-0045 §7.9: an owner brings along what was said elsewhere, and when. Others would date their own words.
  const mayDate = !stanza.has(DELAY) || room.affiliationOf(occupant.bare) === 'owner'
  return withoutForgeries(stanza, room.jid, { mayDate })
    .with({ from: occupant.jid, to: undefined })
    .append(occupantIdXml(occupant.id), OCCUPANT_ID)
}

/** Whether the room has an archive. */
export function isLogged({ config }: Pick<MucContext, 'config'>, room: Room): boolean {
  return config.archive.enabled && room.about.config.logged
}

/**
 * Sends a message, of an occupant or of the room itself, to all who are in the room, once it is stored, where it is worth that: its sender's
 * owner gets the receipt then. What isn't stored is in custody when everybody has it.
 * @returns its stanza-id, or undefined when too much waits to be stored
 */
export function broadcast(
  context: MucContext,
  arrived: Arrived,
  { message, occupant }: { readonly message: Stanza; readonly occupant?: Occupant | undefined },
): number | undefined {
  const { room, stream, count, trace, taken } = arrived
  const recipients = room.occupants.clients
  const fate = fateOf(message, isLogged(context, room))
  const id = takeSequences(context, room, sequencesOfMessage(room))
  const stamped = withStanzaId(message, room.jid, id)
  const haste = hasteOfCopies(recipients.length, Haste.onward)
  // What isn't worth keeping isn't worth waking anybody for.
  const copies = fate === 'passing' ? [] : copiesOf(room, { id, stanza: stamped, trace })
  const parcels = [{ stanza: stamped, recipients, sequence: id, trace, haste }, ...copies]
  const send = (everybodyHasIt?: () => void) => sendTogether(room.lane, parcels, everybodyHasIt)
  if (fate === 'passing') room.out.pass(() => send(taken))
  else {
    const isAdded =
      fate === 'archived'
        ? archive(context, arrived, { id, message, occupant, send })
        : carry(context, arrived, { id, stamped, send })
    if (!isAdded) {
      context.events.full()
      return undefined
    }
    room.recent.add(stream, count)
  }
  context.events.message(recipients.length)
  return id
}

/** It goes out at its commit, or before when commits stall. */
function archive(
  context: MucContext,
  { room, from, stream, count, taken }: Arrived,
  {
    id,
    message,
    occupant,
    send,
  }: {
    readonly id: number
    readonly message: Stanza
    readonly occupant: Occupant | undefined
    readonly send: () => void
  },
): boolean {
  let release = () => {}
  let isReleased = false
  const nick = occupant?.nick ?? ''
  const row = { room: room.jid, id, nick, author: occupant && from, stanza: message, stream, count }
  const isAdded = context.archive.add(row, {
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
  })
  if (!isAdded) return false
  release = room.out.hold(() => send())
  if (isReleased) release()
  return true
}

/** It goes out when it is in the recovery copy. */
function carry(
  { carrier }: MucContext,
  { room, stream, count, taken }: Arrived,
  { id, stamped, send }: { readonly id: number; readonly stamped: Stanza; readonly send: (taken: () => void) => void },
): boolean {
  if (carrier.isFull(room)) return false
  const carried = { id, stream, count, stanza: stamped }
  const release = room.out.hold(() => send(() => carrier.taken(room, carried)))
  carrier.add(room, carried, () => {
    release()
    taken()
  })
  return true
}
