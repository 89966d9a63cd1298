import type { BareJid } from '@heliograph/jid'
import { TimedMap } from './timed-map.ts'

const SIZE = 100_000
/** Creations and deletions are announced; these only bound the harm of an announcement that was lost. */
const PRESENT_MS = 60_000
const ABSENT_MS = 10_000

/** Remembers which accounts exist and which don't, for routing. */
export class Existence {
  readonly #look: (jid: BareJid) => Promise<boolean>
  readonly #known: TimedMap<boolean>
  #changes = 0

  constructor(look: (jid: BareJid) => Promise<boolean>, now: () => number) {
    this.#look = look
    this.#known = new TimedMap(SIZE, now)
  }

  async has(jid: BareJid): Promise<boolean> {
    const known = this.#known.get(jid)
    if (known !== undefined) return known
    const changes = this.#changes
    const exists = await this.#look(jid)
    // A change during the look-up may have come after the database answered.
    if (changes === this.#changes) this.#known.set(jid, exists, exists ? PRESENT_MS : ABSENT_MS)
    return exists
  }

  forget(jid: BareJid): void {
    this.#changes++
    this.#known.delete(jid)
  }
}
