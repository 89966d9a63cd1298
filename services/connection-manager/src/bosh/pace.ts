import type { BodyHead } from './body-head.ts'
import type { Terms } from './terms.ts'

/** Our clock moves in steps, and the network is uneven. */
const TOLERANCE_MS = 750

/** How often and how many at a time a client asks (XEP-0124 §11, §12). */
export class Pace {
  readonly #terms: Terms
  #lastAt = Number.NEGATIVE_INFINITY
  #lastPolled = false
  /** The latest response brought something. */
  served = false

  constructor(terms: Terms) {
    this.#terms = terms
  }

  /** Whether a new request keeps the rules; `unanswered` counts those before it. A client may have one more under way to pause or to end. */
  allows(head: BodyHead, at: number, unanswered: number): boolean {
    const { requests, polling, polls } = this.#terms
    const further = head.terminate || head.pause !== undefined
    const isPoll = head.empty && !head.restart && !further
    const soon = at - this.#lastAt < polling * 1000 - TOLERANCE_MS
    const pollsAgain = this.#lastPolled && !this.served
    this.#lastAt = at
    this.#lastPolled = isPoll
    if (unanswered >= requests + (further ? 1 : 0)) return false
    if (!isPoll || !soon) return true
    return polls ? !pollsAgain : unanswered + 1 < requests
  }
}
