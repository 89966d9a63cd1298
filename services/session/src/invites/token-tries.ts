import type { BareJid } from '@heliograph/jid'

const WINDOW_MS = 60_000
const EACH = 5
const ALL = 60

/** How often others may show invitations of one user in a minute: each a few times, all together no oftener than is looked up gladly. */
export class TokenTries {
  readonly #taken = new Map<BareJid, number>()
  #all = 0
  #since = Number.NEGATIVE_INFINITY

  /** False when it is too often. `now` in monotonic milliseconds. */
  take(sender: BareJid, now: number): boolean {
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now
      this.#all = 0
      this.#taken.clear()
    }
    const taken = this.#taken.get(sender) ?? 0
    if (taken >= EACH || this.#all >= ALL) return false
    this.#taken.set(sender, taken + 1)
    this.#all++
    return true
  }
}
