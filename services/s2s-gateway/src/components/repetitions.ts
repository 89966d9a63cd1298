const REMEMBERED = 8_192

type Settle = (isTaken: boolean) => void

/** Recognises what components were sent before. */
export class Repetitions {
  readonly #sequences = new Map<string, Sequence>()

  /** What one stream of a sender has said to one address. */
  of(stream: string, to: string): Sequence {
    const key = `${stream} ${to}`
    const sequence = this.#sequences.get(key) ?? new Sequence()
    // Those heard of lately are kept.
    this.#sequences.delete(key)
    this.#sequences.set(key, sequence)
    if (this.#sequences.size > REMEMBERED) this.#sequences.delete(this.#sequences.keys().next().value!)
    return sequence
  }
}

/** Stanzas that come in order: the last count says everything about what precedes it. */
class Sequence {
  #last = 0
  /** The component's stream that was given the last. */
  #number = 0
  /** What that hasn't taken yet, by count, with those who wait for it. */
  readonly #underWay = new Map<number, Settle[]>()

  /** Whether it was given to a stream, and hasn't come back since. */
  has(count: number): boolean {
    return count <= this.#last
  }

  /** Whether something is under way to another stream than that: nothing may overtake it. */
  isBusyElsewhere(number: number): boolean {
    return this.#underWay.size > 0 && number !== this.#number
  }

  /** It is given to that stream, which is to tell what is returned. */
  given(count: number, number: number, settle: Settle): Settle {
    this.#last = count
    this.#number = number
    const waiting = [settle]
    this.#underWay.set(count, waiting)
    return (isTaken) => {
      this.#underWay.delete(count)
      if (!isTaken) this.#last = Math.min(this.#last, count - 1)
      for (const tell of waiting) tell(isTaken)
    }
  }

  /** What it `has` came again: `settle` is told what becomes of the first. */
  again(count: number, settle: Settle): void {
    const waiting = this.#underWay.get(count)
    if (waiting) waiting.push(settle)
    else settle(true)
  }
}
