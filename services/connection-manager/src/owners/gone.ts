import type { BareJid } from '@heliograph/jid'

/** What an owner sent before it heard that the connection was gone comes within that time. */
const REMEMBERED_MS = 30_000
const MOST = 65_536

/**
 * Connections without stream management that are gone, and whose they were. Nobody keeps what is sent to such a connection, so what still
 * comes for it is given back. Each is remembered for half a minute at least, while they are not too many.
 */
export class Gone {
  #recent = new Map<number, BareJid>()
  #older = new Map<number, BareJid>()
  #turned = 0

  add(connection: number, user: BareJid): void {
    if (this.#recent.size >= MOST) this.#turn()
    this.#recent.set(connection, user)
  }

  userOf(connection: number): BareJid | undefined {
    return this.#recent.get(connection) ?? this.#older.get(connection)
  }

  /** Forgets by the clock; to be called now and then. */
  sweep(now: number): void {
    if (now - this.#turned < REMEMBERED_MS) return
    this.#turned = now
    this.#turn()
  }

  #turn(): void {
    this.#older = this.#recent
    this.#recent = new Map()
  }
}
