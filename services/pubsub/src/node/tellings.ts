const MOST = 256

/**
 * What this owner of a node has told lately, by the sequence under which that was carried out. A request comes to it again when who sent it
 * has died, or who brought it on, or lost the way: subscribers have heard of it, or will.
 */
export class Tellings {
  /** Who waits until it is taken by all; undefined: it is. The oldest first. */
  readonly #known = new Map<number, (() => void)[] | undefined>()

  has(sequence: number): boolean {
    return this.#known.has(sequence)
  }

  /** Once more the same: `taken` is called when all have what is being told, now if they have. */
  again(sequence: number, taken: () => void): void {
    const waiting = this.#known.get(sequence)
    if (waiting) waiting.push(taken)
    else taken()
  }

  /** It is being told. To be called back when all have taken it. */
  begin(sequence: number): () => void {
    const waiting: (() => void)[] = []
    this.#known.set(sequence, waiting)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest)
    return () => {
      if (this.#known.get(sequence) === waiting) this.#known.set(sequence, undefined)
      for (const taken of waiting) taken()
    }
  }

  /** It couldn't be told to all: when it comes again it is tried again. */
  failed(sequence: number): void {
    this.#known.delete(sequence)
  }
}
