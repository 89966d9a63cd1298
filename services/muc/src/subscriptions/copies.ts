import { Haste, hasteOfCopies } from '@heliograph/bus'
import type { Lane, Parcel } from '@heliograph/distribution'
import type { Stanza } from '@heliograph/stanza'
import type { Occupants } from '../occupants.ts'
import type { Room } from '../room.ts'
import type { Subscription } from '../store/stored-room.ts'
import { eventOf, nodeOf } from './event.ts'

/** A message to all, with its stanza-id. */
interface Said {
  readonly id: number
  readonly stanza: Stanza
  readonly trace?: string
}

/**
 * The sequences that a message to all takes: its id, and where somebody follows the room the next one, for those who do and aren't there. So a
 * new owner, who finds no more than the message, sends both again under what they had.
 */
export function sequencesOfMessage(room: Room): number {
  return room.about.subscribers.size === 0 ? 1 : 2
}

/** What is sent to those who follow the room and aren't there: none, or one parcel to their accounts. */
export function copiesOf(room: Room, said: Said): Parcel[] {
  const { subscribers } = room.about
  if (subscribers.size === 0) return []
  return parcelTo(room, subscribers.absent(nodeOf(said.stanza), room.occupants), said)
}

/** The same of what a former owner said: to those who followed then, and hadn't entered. */
export function copiesAgain(room: Room, said: Said): Parcel[] {
  const { subscribers } = room.about
  const node = nodeOf(said.stanza)
  const missed = ({ jid, nodes, since }: Subscription) =>
    since < said.id && nodes.includes(node) && !wasThere(room.occupants, jid, said.id)
  return parcelTo(
    room,
    [...subscribers].filter(missed).map(({ jid }) => jid),
    said,
  )
}

/** `taken` runs when everybody has taken all of them. */
export function sendTogether(lane: Lane, parcels: readonly Parcel[], taken?: () => void): void {
  let untaken = parcels.length
  const one = () => {
    untaken--
    if (untaken === 0) taken?.()
  }
  for (const parcel of parcels) lane.send(parcel, taken && one)
}

function wasThere(occupants: Occupants, jid: Subscription['jid'], id: number): boolean {
  return occupants.of(jid).some(({ sessions }) => sessions.some(({ joined }) => joined < id))
}

function parcelTo(room: Room, recipients: readonly string[], said: Said): Parcel[] {
  if (recipients.length === 0) return []
  const { id, trace = '' } = said
  const haste = hasteOfCopies(recipients.length, Haste.onward)
  return [{ stanza: eventOf(room.jid, said), recipients, sequence: id + 1, trace, haste }]
}
