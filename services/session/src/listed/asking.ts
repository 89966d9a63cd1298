import type { Stanza } from '@heliograph/stanza'

const ANSWER_WITHIN_MS = 30_000

interface Question {
  readonly to: string
  readonly until: number
  readonly settle: (answer: Stanza | undefined) => void
}

/** Requests in the server's own name whose answers are waited for. */
export class Asking {
  readonly #send: (request: Stanza, lost: () => void) => void
  readonly #now: () => number
  readonly #open = new Map<string, Question>()

  constructor(send: (request: Stanza, lost: () => void) => void, now: () => number) {
    this.#send = send
    this.#now = now
  }

  /** The answer, which may be an error; undefined when none came in time, or nobody took the request. */
  ask(request: Stanza): Promise<Stanza | undefined> {
    const id = request.id!
    return new Promise((settle) => {
      this.#open.set(id, { to: request.to!, until: this.#now() + ANSWER_WITHIN_MS, settle })
      this.#send(request, () => this.#settle(id, undefined))
    })
  }

  /** Whether an IQ response is one that was waited for here. */
  answered(response: Stanza): boolean {
    const id = response.id ?? ''
    const question = this.#open.get(id)
    if (question === undefined || question.to !== response.from) return false
    this.#settle(id, response)
    return true
  }

  /** To be called about once a second. */
  tick(): void {
    for (const [id, { until }] of this.#open) if (until <= this.#now()) this.#settle(id, undefined)
  }

  /** Nobody waits any more. */
  giveUp(): void {
    for (const id of this.#open.keys()) this.#settle(id, undefined)
  }

  #settle(id: string, answer: Stanza | undefined): void {
    const question = this.#open.get(id)
    this.#open.delete(id)
    question?.settle(answer)
  }
}
