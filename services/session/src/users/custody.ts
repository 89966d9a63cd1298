/**
 * Counts a stream's stanzas into custody, in order: `settled` is the highest count such that it and all before it are taken care of.
 * It is what `h` tells the client (XEP-0198 §4).
 */
export class Custody {
  /** Count of the last stanza accepted from the stream; anything up to it that comes again is a repetition. */
  received: number
  #settled: number
  #open: Obligation[] = []
  #waiting: (() => void)[] = []
  readonly #advanced: () => void

  constructor(start: number, advanced: () => void) {
    this.received = start
    this.#settled = start
    this.#advanced = advanced
  }

  get settled(): number {
    return this.#settled
  }

  /** Whether all that was accepted is in custody. */
  get isSettled(): boolean {
    return this.#open.length === 0
  }

  /** Calls `then` when all that was accepted is in custody, or is void. */
  whenSettled(then: () => void): void {
    if (this.isSettled) then()
    else this.#waiting.push(then)
  }

  /** Accepts stanza `count`. Its obligation starts with one hold, that of the caller. */
  begin(count: number): Obligation {
    const obligation = new Obligation(count, this)
    this.received = count
    this.#open.push(obligation)
    return obligation
  }

  /** A new owner starts where the edge was told that custody stood; what came after it comes again. */
  restart(count: number): void {
    this.received = count
    this.#settled = count
    this.#open = []
    this.#tellWaiting()
  }

  /** @internal */
  released(): void {
    const open = this.#open
    let done = 0
    while (done < open.length && open[done]!.holds === 0) done++
    if (done === 0) return
    this.#settled = open[done - 1]!.count
    if (done === open.length) open.length = 0
    else open.splice(0, done)
    this.#advanced()
    if (open.length === 0) this.#tellWaiting()
  }

  #tellWaiting(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const then of waiting) then()
  }
}

/** What is still owed for one stanza: it is in custody when every hold has been released. */
export class Obligation {
  readonly count: number
  holds = 1
  readonly #custody: Custody

  constructor(count: number, custody: Custody) {
    this.count = count
    this.#custody = custody
  }

  hold(): void {
    this.holds++
  }

  release(): void {
    if (this.holds === 0) return
    this.holds--
    if (this.holds === 0) this.#custody.released()
  }

  /** Nothing is owed any more, whoever holds it: its handling failed, and that was answered. */
  forgive(): void {
    if (this.holds === 0) return
    this.holds = 0
    this.#custody.released()
  }
}
