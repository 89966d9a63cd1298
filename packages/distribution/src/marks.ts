const FEW = 32
const MOST = 5_000
/** A source that was silent for so long repeats nothing. */
const OUTDATED_US = 15 * 60 * 1_000_000

/** What somebody has last had of a source. */
export interface Mark {
  readonly source: string
  /** Microseconds of an id clock. */
  readonly sequence: number
}

/**
 * How far one receiver has come with each source: what is sent again after any death is known by it, and so had once. Of sources that have
 * been silent for long it may forget: those repeat nothing.
 */
export class Marks {
  readonly #sequences = new Map<string, number>()

  get size(): number {
    return this.#sequences.size
  }

  /** False when this, or something later of that source, was had before. Otherwise it is from now on. */
  advance({ source, sequence }: Mark): boolean {
    const known = this.#sequences.get(source)
    if (known !== undefined) {
      if (sequence <= known) return false
    } else if (this.#sequences.size >= FEW) this.#forgetOutdated(sequence)
    this.#sequences.set(source, sequence)
    return true
  }

  of(source: string): number {
    return this.#sequences.get(source) ?? 0
  }

  /** What an envelope can carry: `recipients` and `ids`. */
  get sources(): string[] {
    return [...this.#sequences.keys()]
  }

  get sequences(): number[] {
    return [...this.#sequences.values()]
  }

  [Symbol.iterator](): Iterator<[source: string, sequence: number]> {
    return this.#sequences.entries()
  }

  static of(entries: Iterable<readonly [source: string, sequence: number]>): Marks {
    const marks = new Marks()
    for (const [source, sequence] of entries) marks.#sequences.set(source, sequence)
    return marks
  }

  /** From what an envelope carried. */
  static from(sources: readonly string[] = [], sequences: readonly number[] = []): Marks {
    return Marks.of(sources.map((source, i) => [source, sequences[i] ?? 0] as const))
  }

  #forgetOutdated(now: number): void {
    for (const [source, sequence] of this.#sequences) if (now - sequence > OUTDATED_US) this.#sequences.delete(source)
    const [first] = this.#sequences.keys()
    if (this.#sequences.size >= MOST && first !== undefined) this.#sequences.delete(first)
  }
}
