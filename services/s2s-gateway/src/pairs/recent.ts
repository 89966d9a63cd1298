import type { Entry } from './entry.ts'

const REMEMBERED = 4_096

/** What was sent to a domain lately, by which repetitions are recognised: after the death of an owner, of users or rooms, their next one sends again. */
export class Recent {
  readonly #waiting = new Map<string, Entry>()
  readonly #done = new Set<string>()

  /** The entry that still waits, `done` when it was sent, or undefined for what is new. */
  find(key: string): Entry | 'done' | undefined {
    return this.#waiting.get(key) ?? (this.#done.has(key) ? 'done' : undefined)
  }

  add(entry: Entry): void {
    if (entry.key !== '') this.#waiting.set(entry.key, entry)
  }

  /** Of what is done the oldest is forgotten. */
  done({ key }: Entry): void {
    if (!this.#waiting.delete(key)) return
    this.#done.add(key)
    if (this.#done.size > REMEMBERED) for (const oldest of this.#done.values().take(1)) this.#done.delete(oldest)
  }
}
