import type { Entry } from './entry.ts'

const REMEMBERED = 4_096

/** What was sent to a domain lately, by which repetitions are recognised: after the death of an owner, of users or rooms, their next one sends again. */
export class Recent {
  readonly #waiting = new Map<string, Entry>()
  /** And when. */
  readonly #done = new Map<string, number>()
  /** What a former owner wrote and the other server has, also where it is still stored. */
  readonly #sent = new Set<string>()

  /** The entry that still waits, `done` when it was sent, or undefined for what is new. */
  find(key: string): Entry | 'done' | undefined {
    return this.#waiting.get(key) ?? (this.#done.has(key) || this.wasSent(key) ? 'done' : undefined)
  }

  add(entry: Entry): void {
    if (entry.key !== '') this.#waiting.set(entry.key, entry)
  }

  /** It needn't come again. */
  done({ key }: Entry): void {
    if (this.#waiting.delete(key)) this.remember([key])
  }

  /** These are done. Of too many the oldest are forgotten. */
  remember(keys: readonly string[]): void {
    const now = performance.now()
    for (const key of keys) this.#done.set(key, now)
    for (const oldest of this.#done.keys().take(Math.max(0, this.#done.size - REMEMBERED))) this.#done.delete(oldest)
  }

  /** These are done, as the other server has them. */
  hadSent(keys: readonly string[]): void {
    for (const key of keys) this.#sent.add(key)
  }

  wasSent(key: string): boolean {
    return this.#sent.has(key)
  }

  /** What was done since then. */
  since(at: number): string[] {
    return [...this.#done].flatMap(([key, doneAt]) => (doneAt >= at ? [key] : []))
  }
}
