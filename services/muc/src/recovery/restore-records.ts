import type { MucContext } from '../context.ts'

/** Shared state came back empty: who is in the rooms here, and what is said in them and no archive has, is written again. */
export async function restoreRecords(context: MucContext, partition: number): Promise<void> {
  for (const room of context.rooms.inPartition(partition)) {
    for (const occupant of room.occupants) context.records.changed(room, occupant)
    for (const message of room.carried) context.records.said(room, message)
  }
  await context.records.flushed(partition)
}
