import { Kind } from '@heliograph/bus'
import { WriteBehind } from '@heliograph/live-records'
import type { LiveState } from '@heliograph/live-state'
import type { Ownership } from '@heliograph/ownership'
import type { Logger } from '@heliograph/telemetry'
import type { Occupant } from '../occupant.ts'
import type { Farewell } from '../presence/farewell.ts'
import type { Room } from '../room.ts'
import type { CarriedMessage } from './carried.ts'
import { encodeMessage, messageField } from './message-record.ts'
import { encodeFarewell, encodeOccupant, farewellField, occupantField } from './occupant-record.ts'

export const SERVICE = 'muc'

/** Says that a partition was handed over in order: there is nothing that its new owner has to repeat. */
export const SETTLED_FIELD = 's'

/** The recovery copy of who is in rooms, of who left and not everybody knows it yet, and of what was said and no archive has. Written behind. */
export class RoomRecords implements Disposable {
  readonly #records: WriteBehind

  constructor(live: LiveState, ownership: Ownership, log: Logger) {
    this.#records = new WriteBehind({ service: SERVICE, kind: Kind.room, live, ownership, log })
  }

  /** Stores the occupant as it will be at the end of this turn; `stored` runs when it is. */
  changed(room: Room, occupant: Occupant, stored?: () => void): void {
    const value = () =>
      room.occupants.named(occupant.nick) === occupant && occupant.sessions.length > 0
        ? encodeOccupant(room.jid, occupant)
        : null
    this.#records.put(room.partition, occupantField(occupant), value, stored)
  }

  removed(room: Room, occupant: Occupant): void {
    // Somebody else may have that nick by the end of this turn.
    const value = () => {
      const now = room.occupants.named(occupant.nick)
      return now && now.sessions.length > 0 ? encodeOccupant(room.jid, now) : null
    }
    this.#records.put(room.partition, occupantField(occupant), value)
  }

  left(room: Room, farewell: Farewell, stored?: () => void): void {
    const value = () => encodeFarewell(room.jid, farewell)
    this.#records.put(room.partition, farewellField(room.jid, farewell), value, stored)
  }

  /** Everybody knows. */
  told(room: Room, farewell: Farewell): void {
    this.#records.put(room.partition, farewellField(room.jid, farewell), () => null)
  }

  /** `stored` runs when a new owner would find it. */
  said(room: Room, message: CarriedMessage, stored?: () => void): void {
    this.#records.put(room.partition, messageField(room.jid, message), () => encodeMessage(room.jid, message), stored)
  }

  forgotten(room: Room, message: CarriedMessage): void {
    this.#records.put(room.partition, messageField(room.jid, message), () => null)
  }

  /** Whether the next owner need repeat nothing. */
  settled(partition: number, isSettled: boolean): void {
    this.#records.put(partition, SETTLED_FIELD, () => (isSettled ? Buffer.from('{}') : null))
  }

  /** Changes that wait to be written. */
  get waiting(): number {
    return this.#records.waiting
  }

  /** Everything pending for a partition is stored, or will never be. */
  flushed(partition: number): Promise<void> {
    return this.#records.flushed(partition)
  }

  [Symbol.dispose](): void {
    this.#records[Symbol.dispose]()
  }
}
