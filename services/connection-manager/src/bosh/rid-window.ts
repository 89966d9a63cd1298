/** Where a request stands in the sequence of its session. */
export type Place = 'next' | 'early' | 'old' | 'outside'

/** The order of requests (XEP-0124 §14.2): those that come too early wait, those beyond the window end the session. */
export class RidWindow {
  readonly #size: number
  #last: number

  /** `first` has been taken; `size` is the number of requests that a client may have under way. */
  constructor(first: number, size: number) {
    this.#last = first
    this.#size = size
  }

  /** The latest request that was taken, and with it all before. */
  get last(): number {
    return this.#last
  }

  get next(): number {
    return this.#last + 1
  }

  /** `further`: a client may make one more request to pause or end the session (§11). */
  placeOf(rid: number, further: boolean): Place {
    if (rid <= this.#last) return 'old'
    if (rid === this.next) return 'next'
    return rid <= this.#last + this.#size + (further ? 1 : 0) ? 'early' : 'outside'
  }

  /** The next request has been taken. */
  advance(): void {
    this.#last++
  }
}
