import type { BareJid } from '@heliograph/jid'

const REMEMBERED = 64
const ID_LENGTH = 128

/** Messages that were lately copied to the user's other clients, so that errors that answer them are copied, too (XEP-0280 §6.1). */
export class CopiedIds {
  readonly #keys = new Set<string>()

  /** A message with this id, to or from this peer, was copied. An id longer than anyone needs isn't remembered. */
  add(peer: BareJid, id: string): void {
    if (id.length > ID_LENGTH) return
    this.#keys.add(`${peer} ${id}`)
    if (this.#keys.size <= REMEMBERED) return
    const oldest = this.#keys.values().next().value
    if (oldest !== undefined) this.#keys.delete(oldest)
  }

  has(peer: BareJid, id: string): boolean {
    return this.#keys.has(`${peer} ${id}`)
  }
}
