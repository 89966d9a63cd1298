import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, FencedError } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { Place, Trail } from './queue-store.ts'

const RETRY_MS = 500
/** Written at a time. */
const MOST = 64

const NOTE = `INSERT INTO s2s_trails (partition, pair, trail)
  SELECT partition, pair, trail FROM unnest($1::bigint[], $2::text[], $3::text[]) AS noted (partition, pair, trail)
  ON CONFLICT (partition, pair) DO UPDATE SET trail = EXCLUDED.trail RETURNING pair`
const FORGET = `DELETE FROM s2s_trails USING unnest($1::bigint[], $2::text[]) AS gone (partition, pair)
  WHERE s2s_trails.partition = gone.partition AND s2s_trails.pair = gone.pair RETURNING s2s_trails.pair`

interface Due {
  readonly place: Place
  readonly trail: Trail | undefined
  readonly noted: (() => void) | undefined
}

/** What owners of pairs leave their next ones, in Postgres: of each pair the latest; what comes while the database works or is away goes with the next. */
export class Trails implements AsyncDisposable {
  readonly #db: Database
  readonly #log: Logger
  readonly #due = new Map<string, Due>()
  #running: Promise<void> | undefined
  #over = false

  constructor(db: Database, log: Logger) {
    this.#db = db
    this.#log = log
  }

  note(place: Place, trail: Trail | undefined, noted?: () => void): void {
    this.#due.set(`${place.partition} ${place.pair}`, { place, trail, noted })
    this.#running ??= this.#run()
  }

  async of(partition: number): Promise<ReadonlyMap<string, Trail>> {
    const { rows } = await this.#db.query<{ pair: string; trail: string }>(
      's2s_trails',
      'SELECT pair, trail FROM s2s_trails WHERE partition = $1',
      [partition],
    )
    return new Map(rows.map(({ pair, trail }) => [pair, JSON.parse(trail) as Trail]))
  }

  async flushed(): Promise<void> {
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await this.#running
  }

  async #run(): Promise<void> {
    // What is to be noted in one turn goes together.
    await new Promise(setImmediate)
    while (this.#due.size > 0) {
      const batch = [...this.#due.entries().take(MOST)]
      for (const [key] of batch) this.#due.delete(key)
      await this.#write(batch.map(([, due]) => due))
    }
    this.#running = undefined
  }

  async #write(batch: readonly Due[]): Promise<void> {
    for (;;) {
      try {
        await this.#note(batch.filter(({ trail }) => trail !== undefined))
        await this.#forget(batch.filter(({ trail }) => trail === undefined))
        for (const { noted } of batch) noted?.()
        return
      } catch (error) {
        if (this.#over || error instanceof FencedError) return
        this.#log.warn('s2s_trail_unwritten', { pairs: batch.length, error })
        await sleep(RETRY_MS)
      }
    }
  }

  async #note(noted: readonly Due[]): Promise<void> {
    if (noted.length === 0) return
    const trails = noted.map(({ trail }) => JSON.stringify(trail))
    await this.#db.fencedQuery('s2s_note', NOTE, [...placesOf(noted), trails])
  }

  async #forget(gone: readonly Due[]): Promise<void> {
    if (gone.length > 0) await this.#db.fencedQuery('s2s_forget', FORGET, placesOf(gone))
  }
}

function placesOf(due: readonly Due[]): [partitions: number[], pairs: string[]] {
  return [due.map(({ place }) => place.partition), due.map(({ place }) => place.pair)]
}
