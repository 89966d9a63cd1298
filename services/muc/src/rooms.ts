import type { BareJid } from '@heliograph/jid'
import { PARTITIONS } from '@heliograph/ownership'
import type { Room } from './room.ts'

/** The rooms in this instance's memory, by partition. */
export class Rooms implements Iterable<Room> {
  readonly #partitions: Map<BareJid, Room>[] = Array.from({ length: PARTITIONS }, () => new Map())
  readonly #make: (jid: BareJid, partition: number) => Room

  constructor(make: (jid: BareJid, partition: number) => Room) {
    this.#make = make
  }

  find(jid: BareJid, partition: number): Room | undefined {
    return this.#partitions[partition]!.get(jid)
  }

  /** The room, cold if it was not in memory. */
  get(jid: BareJid, partition: number): Room {
    const rooms = this.#partitions[partition]!
    let room = rooms.get(jid)
    if (!room) {
      room = this.#make(jid, partition)
      rooms.set(jid, room)
    }
    return room
  }

  inPartition(partition: number): Room[] {
    return [...this.#partitions[partition]!.values()]
  }

  *[Symbol.iterator](): Iterator<Room> {
    for (const rooms of this.#partitions) yield* rooms.values()
  }

  remove(room: Room): void {
    if (this.#partitions[room.partition]!.get(room.jid) !== room) return
    this.#partitions[room.partition]!.delete(room.jid)
    room.lane[Symbol.dispose]()
  }

  dropPartition(partition: number): Room[] {
    const rooms = this.inPartition(partition)
    this.#partitions[partition]!.clear()
    for (const room of rooms) room.lane[Symbol.dispose]()
    return rooms
  }
}
