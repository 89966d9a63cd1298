import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { Parcel } from '@heliograph/distribution'
import type { FullJid } from '@heliograph/jid'
import { reconcile } from '../administration/reconcile.ts'
import type { PastMessage } from '../archive/history.ts'
import type { MucContext } from '../context.ts'
import { loadRoom } from '../load-room.ts'
import type { Session } from '../occupant.ts'
import type { Occupants } from '../occupants.ts'
import { announcedAgain, farewellParcels } from '../presence/announce.ts'
import type { Farewell } from '../presence/farewell.ts'
import type { Room } from '../room.ts'
import { copiesAgain } from '../subscriptions/copies.ts'
import { tellLost } from './tell-lost.ts'

/** Longer than a dead owner's partitions are without one, and its receivers' perhaps, too. */
export const REPEATED_US = 60_000_000
const MESSAGES_MAX = 1_000
/** What nobody stored but the dead owner's rooms waits for the next one; receivers forget somewhat later how far they had come. */
const CARRIED_US = 600_000_000
const RETRY_MS = 250
/** Some milliseconds; then other rooms have a turn. */
const COPIES_A_TURN = 10_000

/**
 * Says again what was said last in a room, under the same sequences: those who had it ignore it. So a message that was stored, or is in the
 * recovery copy, and was not brought to everybody isn't missing, and nobody stays in sight who left.
 */
export async function repeatLast(context: MucContext, room: Room, farewells: readonly Farewell[]): Promise<void> {
  if (room.details === undefined && !(await loadRoom(context, room))) return
  const isThere = room.details !== 'absent'
  const from = Date.now() * 1000 - REPEATED_US
  const parcels: Parcel[] = []
  if (isThere) {
    const messages = await messagesSince(context, room, from)
    parcels.push(...messages.flatMap((message) => messageParcels(room, message)))
    for (const occupant of room.occupants) if (occupant.changed > from) parcels.push(...announcedAgain(room, occupant))
  }
  const taken = new Map<Parcel, () => void>()
  for (const message of room.carried) {
    const arrived = () => context.carrier.taken(room, message)
    const again = isThere && message.id > from - CARRIED_US ? messageParcels(room, message) : []
    let untaken = again.length
    if (untaken === 0) arrived()
    parcels.push(...again)
    for (const parcel of again)
      taken.set(parcel, () => {
        untaken--
        if (untaken === 0) arrived()
      })
  }
  for (const farewell of farewells) {
    const last = farewellParcels(room, isThere ? farewell : { ...farewell, shown: false })
    parcels.push(...last)
    taken.set(last.at(-1)!, () => context.records.told(room, farewell))
  }
  parcels.sort((a, b) => a.sequence - b.sequence)
  context.events.replayed(parcels.length)
  await sendInTurns(room, parcels, taken)
  if (isThere) reconcile(context, room)
  else tellLost(context, room)
}

/**
 * A room comes into memory that nobody is in: what a former owner may not have brought to those who follow it is sent again, before anything
 * newer. @returns false when the partition went to another instance meanwhile
 */
export async function openRoom(context: MucContext, room: Room): Promise<boolean> {
  if (!(await loadRoom(context, room))) return false
  if (room.details === 'absent' || room.about.subscribers.size === 0) return true
  const messages = await messagesSince(context, room, Date.now() * 1000 - REPEATED_US)
  const parcels = messages.flatMap((message) => copiesAgain(room, message))
  context.events.replayed(parcels.length)
  for (const parcel of parcels) room.lane.send(parcel)
  return context.ownership.heldEpochOf(room.partition) !== 0
}

/** Nobody else sends by the room's lane meanwhile: whatever it says next waits in its mailbox. */
async function sendInTurns(
  { lane }: Room,
  parcels: readonly Parcel[],
  taken: ReadonlyMap<Parcel, () => void>,
): Promise<void> {
  let copies = 0
  for (const parcel of parcels) {
    lane.send(parcel, taken.get(parcel))
    copies += parcel.recipients.length
    if (copies < COPIES_A_TURN) continue
    copies = 0
    await turn()
  }
}

/** To those who were there by then, and to those who follow the room without being there. */
function messageParcels(room: Room, { id, stanza }: Pick<PastMessage, 'id' | 'stanza'>): Parcel[] {
  const recipients = hearersOf(room.occupants, id)
  const again: Parcel[] = recipients.length === 0 ? [] : [{ stanza, recipients, sequence: id }]
  return [...again, ...copiesAgain(room, { id, stanza })]
}

/** Where nobody has entered since it is the list of all, which is grouped once for many messages. */
function hearersOf(occupants: Occupants, id: number): readonly FullJid[] {
  const isSince = ({ joined }: Session) => joined >= id
  if (![...occupants].some(({ sessions }) => sessions.some(isSince))) return occupants.clients
  return [...occupants].flatMap(({ sessions }) => sessions.filter((each) => !isSince(each)).map(({ jid }) => jid))
}

async function messagesSince(context: MucContext, room: Room, from: number): Promise<readonly PastMessage[]> {
  if (room.occupants.size === 0 && room.about.subscribers.size === 0) return []
  while (context.ownership.heldEpochOf(room.partition) !== 0) {
    try {
      return await context.archive.after(room.jid, from, MESSAGES_MAX)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('room_repeats_wait', { room: room.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
  }
  return []
}
