import { EMPTY_TALLY, type Tally } from '../measure/flow-ledger.ts'
import { LatencyHistogram } from '../measure/latency-histogram.ts'
import { Crowd, inParallel } from './crowd.ts'
import { type Job, type Load, numberParam, shareOf } from './load.ts'

/** Time for the server to finish what logins left behind: presence, session tickets. */
const SETTLE_MS = 300

/**
 * Every user logs in once: connect, TLS when the endpoint says so, SCRAM, bind, roster, initial presence. All did so
 * before, so that keys, caches and compiled code are warm on both sides. Params: `width` (logins under way at a time), `warmupMs`
 * (how long all log in and out before; once at least).
 */
export class LoginLoad implements Load {
  readonly latency = new LatencyHistogram()
  readonly finished: Promise<void>
  readonly #job: Job
  readonly #crowd: Crowd
  readonly #begin = Promise.withResolvers<void>()
  #delivered = 0

  constructor(job: Job) {
    this.#job = job
    this.#crowd = new Crowd(job)
    this.finished = this.#begin.promise.then(() => this.#logInAll())
    this.finished.catch(() => {}) // reported to whoever waits for it
  }

  async prepare(): Promise<void> {
    const end = performance.now() + numberParam(this.#job.params, 'warmupMs', 0)
    do {
      await this.#crowd.logInAll(shareOf(this.#job.accounts, this.#job.share))
      await this.#crowd.close()
    } while (performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }

  start(): void {
    this.#begin.resolve()
  }

  delivered(): number {
    return this.#delivered
  }

  async stop(): Promise<Tally> {
    return { ...EMPTY_TALLY, expected: this.#delivered, received: this.#delivered, errors: this.#crowd.lost }
  }

  async close(): Promise<void> {
    await this.#crowd.close()
  }

  async #logInAll(): Promise<void> {
    const mine = shareOf(this.#job.accounts, this.#job.share)
    await inParallel(mine, numberParam(this.#job.params, 'width', 8), async (account, index) => {
      const begun = performance.now()
      await this.#crowd.logIn(account, index)
      this.latency.record((performance.now() - begun) * 1000)
      this.#delivered += 1
    })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
}
