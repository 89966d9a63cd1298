import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, FencedError } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { Place } from './queue-store.ts'

const RETRY_MS = 500

const REMOVE = `DELETE FROM s2s_queue WHERE partition = $1 AND pair = $2 AND seq = ANY($3::bigint[]) RETURNING seq`

/** Removes rows whose stanzas other servers have, a pair's together; what comes while the database works or is away goes with the next. */
export class Removals implements AsyncDisposable {
  readonly #db: Database
  readonly #log: Logger
  readonly #due = new Map<string, { readonly place: Place; readonly seqs: number[] }>()
  #running: Promise<void> | undefined
  #over = false

  constructor(db: Database, log: Logger) {
    this.#db = db
    this.#log = log
  }

  add(place: Place, seq: number): void {
    const key = `${place.partition} ${place.pair}`
    const known = this.#due.get(key)
    if (known === undefined) this.#due.set(key, { place, seqs: [seq] })
    else known.seqs.push(seq)
    this.#running ??= this.#run()
  }

  async flushed(): Promise<void> {
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await this.#running
  }

  async #run(): Promise<void> {
    // What is done in one turn goes together.
    await new Promise(setImmediate)
    for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#remove(next)
    this.#running = undefined
  }

  #next(): { readonly place: Place; readonly seqs: number[] } | undefined {
    for (const [key, due] of this.#due.entries().take(1)) {
      this.#due.delete(key)
      return due
    }
    return undefined
  }

  async #remove({
    place: { partition, pair },
    seqs,
  }: {
    readonly place: Place
    readonly seqs: number[]
  }): Promise<void> {
    for (;;) {
      try {
        await this.#db.fencedQuery('s2s_remove', REMOVE, [partition, pair, seqs])
        return
      } catch (error) {
        if (this.#over || error instanceof FencedError) return
        this.#log.warn('s2s_queue_removal_failed', { partition, error })
        await sleep(RETRY_MS)
      }
    }
  }
}
