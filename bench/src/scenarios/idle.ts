import type { Account } from '../client/endpoint.ts'
import { EMPTY_TALLY, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { Crowd, inParallel } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'

/**
 * Sessions that log in and then say nothing, to weigh them. The first sixth is there before the first weighing: what a server allocates once,
 * and memory that it has spare, is not counted as a session's or against it. Params: `settleMs` (wait before each weighing, for collectors to come by).
 */
export class IdleLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished: Promise<void>
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #begin = Promise.withResolvers<void>()
  #added = 0

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    this.finished = this.#begin.promise.then(() => this.#add())
    this.finished.catch(() => {}) // reported to whoever waits for it
  }

  async prepare(): Promise<void> {
    await this.#crowd.logInAll(this.#mine().slice(0, this.#early()))
    await this.#settle()
  }

  start(): void {
    this.#begin.resolve()
  }

  delivered(): number {
    return this.#added
  }

  async stop(): Promise<Tally> {
    return { ...EMPTY_TALLY, expected: this.#added, received: this.#added, errors: this.#crowd.lost }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  #mine(): readonly Account[] {
    return shareOf(this.#job.accounts, this.#job.share)
  }

  #early(): number {
    return Math.floor(this.#mine().length / 6)
  }

  async #add(): Promise<void> {
    const early = this.#early()
    await inParallel(this.#mine().slice(early), 16, async (account, index) => {
      await this.#crowd.logIn(account, early + index)
      this.#added += 1
    })
    await this.#settle()
  }

  async #settle(): Promise<void> {
    const settleMs = numberParam(this.#job.params, 'settleMs', 60_000)
    await new Promise((resolve) => setTimeout(resolve, settleMs))
  }
}
