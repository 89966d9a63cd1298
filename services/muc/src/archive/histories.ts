import type { BareJid } from '@heliograph/jid'
import { History, type PastMessage } from './history.ts'

interface Reading {
  readonly history: Promise<History>
  /** Said meanwhile. */
  readonly since: PastMessage[]
}

const MAX_ROOMS = 5_000
const MAX_BYTES = 67_108_864

/**
 * What was said lately in the rooms that somebody entered, so that who enters next waits for no query. Bounded by rooms and bytes: the
 * one whose history was asked for least lately goes first, and is read again when it is asked for.
 */
export class Histories {
  /** Those asked for last are at the end. */
  readonly #rooms = new Map<BareJid, History>()
  /** Being read. */
  readonly #reading = new Map<BareJid, Reading>()
  readonly #maxMessages: number
  #bytes = 0

  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages
  }

  async of(room: BareJid, read: () => Promise<readonly PastMessage[]>): Promise<readonly PastMessage[]> {
    const known = this.#rooms.get(room)
    if (known === undefined) return (await this.#read(room, read)).messages
    this.#rooms.delete(room)
    this.#rooms.set(room, known)
    return known.messages
  }

  /** Said just now; nothing where the room's history isn't kept. */
  add(room: BareJid, message: PastMessage): void {
    this.#reading.get(room)?.since.push(message)
    this.#change(room, (history) => history.add(message))
  }

  remove(room: BareJid, id: number): void {
    this.#change(room, (history) => history.remove(id))
  }

  drop(room: BareJid): void {
    this.#reading.delete(room)
    this.#bytes -= this.#rooms.get(room)?.bytes ?? 0
    this.#rooms.delete(room)
  }

  #read(room: BareJid, read: () => Promise<readonly PastMessage[]>): Promise<History> {
    const known = this.#reading.get(room)
    if (known !== undefined) return known.history
    const since: PastMessage[] = []
    const history = read().then((messages) => this.#keep(room, since, messages))
    this.#reading.set(room, { history, since })
    const over = () => {
      if (this.#reading.get(room)?.since === since) this.#reading.delete(room)
    }
    history.then(over, over)
    return history
  }

  #keep(room: BareJid, since: readonly PastMessage[], messages: readonly PastMessage[]): History {
    const history = new History(this.#maxMessages)
    const last = messages.at(-1)?.id ?? 0
    for (const message of [...messages, ...since.filter(({ id }) => id > last)]) history.add(message)
    // Dropped meanwhile: it is another instance's room, or none any more.
    if (this.#reading.get(room)?.since !== since) return history
    this.#rooms.set(room, history)
    this.#bytes += history.bytes
    this.#bound(room)
    return history
  }

  #bound(latest: BareJid): void {
    for (const [room, { bytes }] of this.#rooms) {
      if (room === latest || (this.#rooms.size <= MAX_ROOMS && this.#bytes <= MAX_BYTES)) return
      this.#rooms.delete(room)
      this.#bytes -= bytes
    }
  }

  #change(room: BareJid, change: (history: History) => void): void {
    const history = this.#rooms.get(room)
    if (history === undefined) return
    const before = history.bytes
    change(history)
    this.#bytes += history.bytes - before
  }
}
