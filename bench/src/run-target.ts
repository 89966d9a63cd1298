import { accountsOf, type BenchCase } from './cases.ts'
import type { Account } from './client/endpoint.ts'
import { type Measurement, medianOf, total } from './measure/measurement.ts'
import type { BenchOptions } from './options.ts'
import { runCase, usersOf } from './run-case.ts'
import type { RunningTarget, Target } from './targets/target.ts'

/** A row's outcome for a target: its median, or why there is none. */
export type Outcome = Measurement | { readonly failure: string }

/** What a server has compiled for a row it knows by the next run. */
const WARM_MS = 3_000

/** Outcomes by row id. */
export type TargetResults = ReadonlyMap<string, Outcome>

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Runs rows against one target, starting it as often as they need and no oftener. */
export class TargetRun {
  readonly #target: Target
  readonly #options: BenchOptions
  readonly #say: (line: string) => void
  readonly #results = new Map<string, Outcome>()

  constructor(target: Target, options: BenchOptions, say: (line: string) => void) {
    this.#target = target
    this.#options = options
    this.#say = say
  }

  /** Runs all rows; one that fails is recorded as failed and does not stop the others. */
  async run(rows: readonly BenchCase[]): Promise<TargetResults> {
    for (const archive of [false, true]) {
      const accounts = this.#accounts(rows)
      const start = (): Promise<RunningTarget> => this.#target.start({ archive, accounts })
      const chosen = rows.filter((row) => row.archive === archive)
      const lasting = chosen.filter((row) => row.fresh !== true)
      if (lasting.length > 0) await this.#shared(lasting, start)
      const fresh = chosen.filter((row) => row.fresh === true)
      if (fresh.length > 0) await this.#shared([], start) // makes the accounts: that leaves memory behind, too
      for (const row of fresh) {
        await this.#repeat(row, async (options) => {
          await using running = await start()
          return await runCase(row, running, options)
        })
      }
    }
    return this.#results
  }

  /** The accounts of all rows, so that a server whose accounts are in its configuration has the same at every start. */
  #accounts(rows: readonly BenchCase[]): Account[] {
    return (['user', 'friend'] as const).flatMap((pool) => {
      const sizes = rows.filter((row) => row.pool === pool).map((row) => usersOf(row, this.#options.scale))
      return accountsOf(pool, Math.max(0, ...sizes))
    })
  }

  async #shared(rows: readonly BenchCase[], start: () => Promise<RunningTarget>): Promise<void> {
    try {
      await using running = await start()
      for (const row of rows) await this.#repeat(row, (options) => runCase(row, running, options))
    } catch (error) {
      this.#say(`${this.#target.name} failed: ${describe(error)}`)
      for (const row of rows) if (!this.#results.has(row.id)) this.#fail(row, error)
    }
  }

  async #repeat(row: BenchCase, once: (options: BenchOptions) => Promise<Measurement>): Promise<void> {
    const { runs, warmupMs } = this.#options
    const again = { ...this.#options, warmupMs: Math.min(warmupMs, WARM_MS) }
    const done: Measurement[] = []
    try {
      while (done.length < runs) {
        const measurement = await once(done.length === 0 ? this.#options : again)
        done.push(measurement)
        this.#say(
          `${this.#target.name} ${row.id} ${done.length}/${runs}: ${total(measurement).toFixed(1)} per ${row.unit}`,
        )
      }
      this.#results.set(row.id, medianOf(done))
    } catch (error) {
      this.#say(`${this.#target.name} ${row.id} failed: ${describe(error)}`)
      this.#fail(row, error)
    }
  }

  #fail(row: BenchCase, error: unknown): void {
    this.#results.set(row.id, { failure: (describe(error).split('\n')[0] ?? '').slice(0, 200) })
  }
}
