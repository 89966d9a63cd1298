interface Turn {
  readonly asker: string
  readonly begin: () => void
}

/** What {@link Turns} lets in. */
export interface TurnsBounds {
  /** Of all askers. */
  readonly atOnce: number
  /** That wait, of all askers. */
  readonly waiting: number
  /** Of one asker: one under way, the others waiting. */
  readonly ofOne: number
}

/** Work that strangers can ask for: of one asker one piece at a time, of all askers a few, in the order in which they came. */
export class Turns {
  readonly #bounds: TurnsBounds
  readonly #running = new Set<string>()
  readonly #waiting: Turn[] = []

  constructor(bounds: TurnsBounds) {
    this.#bounds = bounds
  }

  /** Whether the asker may ask for one more now. */
  hasRoomFor(asker: string): boolean {
    const { waiting, ofOne } = this.#bounds
    if (this.#waiting.length >= waiting) return false
    const own = this.#waiting.filter((turn) => turn.asker === asker).length
    return own + (this.#running.has(asker) ? 1 : 0) < ofOne
  }

  /** @returns undefined, and nothing is done, when the asker asks too much or too many wait */
  run<Found>(asker: string, work: () => Promise<Found>): Promise<Found> | undefined {
    if (!this.hasRoomFor(asker)) return undefined
    return new Promise<Found>((resolve, reject) => {
      const begin = () => {
        work()
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

  /** The first who waits and has nothing under way. */
  #next(): void {
    while (this.#running.size < this.#bounds.atOnce) {
      const at = this.#waiting.findIndex(({ asker }) => !this.#running.has(asker))
      const [turn] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (turn === undefined) return
      this.#running.add(turn.asker)
      turn.begin()
    }
  }
}
