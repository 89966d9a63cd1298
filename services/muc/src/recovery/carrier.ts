import type { Room } from '../room.ts'
import { type CarriedMessage, weightOf } from './carried.ts'
import type { RoomRecords } from './room-records.ts'

/**
 * What everybody has taken stays for two of these at most: as long as its sender's receipt may be under way, a new owner recognises by it
 * what comes again.
 */
const EVERY_MS = 5_000
/** That everybody has taken, of all rooms; and their bytes. */
const MOST_TAKEN = 20_000
const MOST_TAKEN_BYTES = 33_554_432

/**
 * Messages that no archive has are in the recovery copy of their room while they are brought to everybody, so that they outlive its owner, and
 * some seconds longer. Those that have arrived are removed many at a time.
 */
export class Carrier implements Disposable {
  readonly #records: Pick<RoomRecords, 'said' | 'forgotten'>
  readonly #maxBytes: number
  #bytes = 0
  #taken: [room: Room, message: CarriedMessage][] = []
  #due: [room: Room, message: CarriedMessage][] = []
  #takenBytes = 0
  #timer: NodeJS.Timeout | undefined

  /** `maxBytes`: of what isn't written yet, or not everybody has taken, of all rooms. */
  constructor(records: Pick<RoomRecords, 'said' | 'forgotten'>, maxBytes: number) {
    this.#records = records
    this.#maxBytes = maxBytes
  }

  /** Of what isn't written yet, or not everybody has taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** The room, or all of them, must say no more before others have taken what was said. */
  isFull(room: Room): boolean {
    return room.carried.isFull || this.#bytes >= this.#maxBytes
  }

  /** Not where it is full. `stored` runs when a new owner would find it. */
  add(room: Room, message: CarriedMessage, stored: () => void): void {
    this.#bytes += room.carried.add(message)
    this.#records.said(room, message, stored)
  }

  /** Found when the room was taken over: who sends it again has been heard. */
  found(room: Room, message: CarriedMessage): void {
    this.#bytes += room.carried.add(message)
    room.recent.add(message.stream, message.count)
  }

  /** Everybody has taken it. */
  taken(room: Room, message: CarriedMessage): void {
    this.#bytes -= room.carried.taken(message)
    this.#taken.push([room, message])
    this.#takenBytes += weightOf(message)
    // By halves: so what was taken a moment ago doesn't leave with the oldest.
    if (this.#taken.length > MOST_TAKEN / 2 || this.#takenBytes > MOST_TAKEN_BYTES / 2) this.#tick()
    this.#timer ??= setTimeout(() => this.#tick(), EVERY_MS)
  }

  /** The room isn't owned here any more. */
  dropped(room: Room): void {
    this.#bytes -= room.carried.end()
  }

  #tick(): void {
    clearTimeout(this.#timer)
    for (const [room, message] of this.#due) {
      room.carried.delete(message)
      this.#records.forgotten(room, message)
    }
    this.#due = this.#taken
    this.#taken = []
    this.#takenBytes = 0
    this.#timer = this.#due.length > 0 ? setTimeout(() => this.#tick(), EVERY_MS) : undefined
  }

  /** What is left in the recovery copy is removed by who owns the rooms next. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
