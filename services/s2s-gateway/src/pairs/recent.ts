import type { Entry } from './entry.ts'

const REMEMBERED = 4_096

/** What was sent to a domain lately, by which repetitions are recognised: after the death of an owner, of users or rooms, their next one sends again. */
export class Recent {
  readonly #known = new Map<string, Entry | undefined>()

  /** The entry that still waits, `done` when it was sent, or undefined for what is new. */
  find(key: string): Entry | 'done' | undefined {
    if (key === '' || !this.#known.has(key)) return undefined
    return this.#known.get(key) ?? 'done'
  }

  add(entry: Entry): void {
    if (entry.key === '') return
    this.#known.set(entry.key, entry)
    if (this.#known.size <= REMEMBERED) return
    for (const [key, waiting] of this.#known) {
      if (waiting !== undefined) continue
      this.#known.delete(key)
      return
    }
  }

  done({ key }: Entry): void {
    if (this.#known.has(key)) this.#known.set(key, undefined)
  }

  /** It came to nothing: if it is sent again it is new. */
  forget({ key }: Entry): void {
    this.#known.delete(key)
  }
}
