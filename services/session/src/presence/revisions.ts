/**
 * The newest revision of each publisher's presence that each partition here was told, bounded. `advance` must be called for every
 * recipient of one envelope with the same revision, so a revision counts as told to a partition only once the turn is over.
 */
export class Revisions {
  readonly #told = new Map<string, number>()
  readonly #bound: number
  #turn: Map<string, number> | undefined

  constructor(bound = 50_000) {
    this.#bound = bound
  }

  /** False when the partition was told this revision, or a newer one, in an earlier turn. */
  advance(publisher: string, partition: number, revision: number): boolean {
    const key = `${partition} ${publisher}`
    const told = this.#told.get(key)
    if (told !== undefined && told >= revision) return this.#turn?.get(key) === revision
    this.#told.delete(key)
    this.#told.set(key, revision)
    if (this.#told.size > this.#bound) this.#forgetOldest()
    if (this.#turn === undefined) {
      this.#turn = new Map()
      queueMicrotask(() => {
        this.#turn = undefined
      })
    }
    this.#turn.set(key, revision)
    return true
  }

  #forgetOldest(): void {
    const oldest = this.#told.keys().next().value
    if (oldest !== undefined) this.#told.delete(oldest)
  }
}
