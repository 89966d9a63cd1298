import type { WebReply } from '../web/exchange.ts'

/** A response that hasn't arrived for so long is worth a word (XEP-0124 §9.2). */
const REPORT_AFTER_MS = 2_000

/** An answered request. */
export interface Sent {
  readonly rid: number
  /** Its key, which a repetition must have too. */
  readonly key: string | undefined
  readonly reply: WebReply
  /** Coarse time of the answer. */
  readonly at: number
}

/** That a response was sent so many milliseconds ago. */
export interface Report {
  readonly rid: number
  readonly time: number
}

/** The latest responses of a session, for when the client didn't get them (XEP-0124 §14.3). */
export class SentResponses {
  readonly #most: number
  #sent: Sent[] = []

  /** As many are kept as the client may have requests under way. */
  constructor(most: number) {
    this.#most = most
  }

  keep(sent: Sent): void {
    this.#sent.push(sent)
    if (this.#sent.length > this.#most) this.#sent.shift()
  }

  find(rid: number): Sent | undefined {
    return this.#sent.find((sent) => sent.rid === rid)
  }

  /** The client has everything up to `rid` (§9.2). */
  acknowledge(rid: number): void {
    this.#sent = this.#sent.filter((sent) => sent.rid > rid)
  }

  /** What to say of a response that the client doesn't have, if it was sent long enough ago (§9.2). */
  reportOf(rid: number, now: number): Report | undefined {
    const missing = this.find(rid)
    const time = missing === undefined ? 0 : now - missing.at
    return time >= REPORT_AFTER_MS ? { rid, time: Math.round(time) } : undefined
  }
}
