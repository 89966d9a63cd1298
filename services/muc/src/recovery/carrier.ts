import type { Room } from '../room.ts'
import type { CarriedMessage } from './carried.ts'
import type { RoomRecords } from './room-records.ts'

/**
 * What everybody has taken stays for two of these at most: as long as its sender's receipt may be under way, a new owner recognises by it
 * what comes again.
 */
const EVERY_MS = 5_000
/** That everybody has taken, of all rooms. */
const MOST_TAKEN = 20_000

/**
 * Messages that no archive has are in the recovery copy of their room while they are brought to everybody, so that they outlive its owner, and
 * some seconds longer. Those that have arrived are removed many at a time.
 */
export class Carrier implements Disposable {
  readonly #records: Pick<RoomRecords, 'said' | 'forgotten'>
  #taken: [room: Room, message: CarriedMessage][] = []
  #due: [room: Room, message: CarriedMessage][] = []
  #timer: NodeJS.Timeout | undefined

  constructor(records: Pick<RoomRecords, 'said' | 'forgotten'>) {
    this.#records = records
  }

  /** Not where `room.carried` is full. `stored` runs when a new owner would find it. */
  add(room: Room, message: CarriedMessage, stored: () => void): void {
    room.carried.add(message)
    this.#records.said(room, message, stored)
  }

  /** Found when the room was taken over: who sends it again has been heard. */
  found(room: Room, message: CarriedMessage): void {
    room.carried.add(message)
    room.recent.add(message.stream, message.count)
  }

  /** Everybody has taken it. */
  taken(room: Room, message: CarriedMessage): void {
    room.carried.taken(message)
    this.#taken.push([room, message])
    if (this.#taken.length + this.#due.length > MOST_TAKEN) this.#tick()
    this.#timer ??= setTimeout(() => this.#tick(), EVERY_MS)
  }

  #tick(): void {
    clearTimeout(this.#timer)
    for (const [room, message] of this.#due) {
      room.carried.delete(message)
      this.#records.forgotten(room, message)
    }
    this.#due = this.#taken
    this.#taken = []
    this.#timer = this.#due.length > 0 ? setTimeout(() => this.#tick(), EVERY_MS) : undefined
  }

  /** What is left in the recovery copy is removed by who owns the rooms next. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
