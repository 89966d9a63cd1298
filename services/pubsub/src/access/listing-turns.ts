/** Lists of all nodes that are read at once; the database has other work. */
export const MOST_AT_ONCE = 4
/** Of one asker: one is read, the other waits. */
export const MOST_OF_ONE = 2
/** Of all askers. */
export const MOST_WAITING = 100

interface Turn {
  readonly asker: string
  readonly begin: () => void
}

/** Who is told which nodes there are, when: of one asker one list at a time, of all askers a few, in the order in which they came. */
export class ListingTurns {
  readonly #running = new Set<string>()
  readonly #waiting: Turn[] = []

  /** @returns undefined, and nothing is read, when the asker asks too much or too many wait */
  run<Found>(asker: string, read: () => Promise<Found>): Promise<Found> | undefined {
    const ofOne = this.#waiting.filter((turn) => turn.asker === asker).length + (this.#running.has(asker) ? 1 : 0)
    if (this.#waiting.length >= MOST_WAITING || ofOne >= MOST_OF_ONE) return undefined
    return new Promise<Found>((resolve, reject) => {
      const begin = () => {
        read()
          .then(resolve, reject)
          .finally(() => {
            this.#running.delete(asker)
            this.#next()
          })
      }
      this.#waiting.push({ asker, begin })
      this.#next()
    })
  }

  #next(): void {
    while (this.#running.size < MOST_AT_ONCE) {
      const at = this.#waiting.findIndex(({ asker }) => !this.#running.has(asker))
      const [turn] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (turn === undefined) return
      this.#running.add(turn.asker)
      turn.begin()
    }
  }
}
