import type { BareJid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import type { Farewell } from '../presence/farewell.ts'
import type { Room } from '../room.ts'
import type { CarriedMessage } from './carried.ts'
import { type DecodedRecord, decodeRecord } from './occupant-record.ts'
import { openFollowed } from './open-followed.ts'
import { removeEmpty } from './remove-empty.ts'
import { repeatLast } from './repeat-last.ts'
import { SERVICE, SETTLED_FIELD } from './room-records.ts'

/**
 * Takes over a partition: who was in its rooms is in them, and is told again what the former owner may not have brought to everybody. May be tried
 * again when it rejects.
 */
export async function loadPartition(context: MucContext, { live, partition, epoch, usurped }: Taken): Promise<void> {
  for (const room of context.rooms.dropPartition(partition)) context.carrier.dropped(room)
  const records = await live.read({ service: SERVICE, partition })
  const wasSettled = records.delete(SETTLED_FIELD)
  if (wasSettled) context.records.settled(partition, false)
  // Who died since may not have come to write that it isn't any more.
  const isSettled = wasSettled && !usurped
  const farewells = new Map<BareJid, Farewell[]>()
  const messages: [room: Room, message: CarriedMessage][] = []
  for (const [field, bytes] of records) {
    const record = attempt(context, field, () => decodeRecord(bytes))
    if (record) restore(context, partition, record, { farewells, messages })
  }
  for (const [room, message] of messages.sort(([, a], [, b]) => a.id - b.id)) {
    context.carrier.found(room, message)
    if (isSettled) context.carrier.taken(room, message)
  }
  const rooms = context.rooms.inPartition(partition)
  if (rooms.length > 0) context.log.info('rooms_taken_over', { partition, epoch, rooms: rooms.length })
  for (const room of isSettled ? [] : rooms)
    room.mailbox.pushBeyond(() => repeatLast(context, room, farewells.get(room.jid) ?? []))
  void removeEmpty(context, partition)
  if (!isSettled) void openFollowed(context, partition)
}

interface Taken {
  readonly live: { read: ReadRecords }
  readonly partition: number
  readonly epoch: number
  readonly usurped: boolean
}

type ReadRecords = (place: { service: string; partition: number }) => Promise<Map<string, Buffer>>

function restore(
  context: MucContext,
  partition: number,
  record: DecodedRecord,
  { farewells, messages }: { farewells: Map<BareJid, Farewell[]>; messages: [room: Room, message: CarriedMessage][] },
): void {
  const room = context.rooms.get(record.room, partition)
  if ('occupant' in record) {
    room.occupants.add(record.occupant)
    see(room, record.occupant.changed)
    return
  }
  if ('message' in record) {
    messages.push([room, record.message])
    see(room, record.message.id)
    return
  }
  const known = farewells.get(room.jid)
  if (known) known.push(record.farewell)
  else farewells.set(room.jid, [record.farewell])
  see(room, record.farewell.sequence)
}

/** What is said from now on is said after it, and after what may have followed it at once. */
function see(room: Room, sequence: number): void {
  room.lastSequence = Math.max(room.lastSequence, sequence + MOST_AT_ONCE)
}

const MOST_AT_ONCE = 1_000

/** One record that can't be read must not keep the others from being served. */
function attempt(context: MucContext, field: string, read: () => DecodedRecord): DecodedRecord | undefined {
  try {
    return read()
  } catch (error) {
    context.log.error('occupant_record_unreadable', { jid: field, error })
    return undefined
  }
}
