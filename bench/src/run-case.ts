import { accountsOf, type BenchCase } from './cases.ts'
import { Generator } from './generator/generator.ts'
import type { Answer, Command, Mark } from './generator/protocol.ts'
import { addTallies, EMPTY_TALLY, type Tally } from './measure/flow-ledger.ts'
import { LatencyHistogram } from './measure/latency-histogram.ts'
import type { Measurement } from './measure/measurement.ts'
import { difference, readCpu, readMemory } from './measure/process-groups.ts'
import type { BenchOptions } from './options.ts'
import type { Job, LoadParams } from './scenarios/load.ts'
import type { RunningTarget } from './targets/target.ts'

/** The machine and the generators at one moment. */
interface Reading {
  readonly at: number
  readonly marks: readonly Mark[]
  readonly groups: ReadonlyMap<string, number>
}

/** Users a row runs with: an even number, at least as many as the row's shape needs. */
export function usersOf(row: BenchCase, scale: number): number {
  const contacts = row.params.contacts
  const least = typeof contacts === 'number' ? contacts + 2 : 2
  return Math.max(least, Math.round((row.users * scale) / 2) * 2)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

class CaseRun {
  readonly #row: BenchCase
  readonly #running: RunningTarget
  readonly #generators: readonly Generator[]

  constructor(row: BenchCase, running: RunningTarget, generators: readonly Generator[]) {
    this.#row = row
    this.#running = running
    this.#generators = generators
  }

  /** Tells every generator the same. */
  tell(command: Command): Promise<Answer[]> {
    return Promise.all(this.#generators.map((generator) => generator.tell(command)))
  }

  async prepare(accounts: Job['accounts']): Promise<void> {
    const { scenario, security, params } = this.#row
    const endpoints = this.#running.endpoints(security)
    const domain = endpoints[0]?.domain ?? ''
    const count = this.#generators.length
    await Promise.all(
      this.#generators.map((generator, index) =>
        generator.tell({
          do: 'prepare',
          job: { scenario, domain, endpoints, accounts, params, share: { index, count } },
        }),
      ),
    )
  }

  async read(): Promise<Reading> {
    const answers = await this.tell({ do: 'mark' })
    const roots = this.#running.roots()
    const groups = this.#row.unit === 'session' ? readMemory(roots) : readCpu(roots)
    return { at: performance.now(), marks: answers.flatMap((answer) => answer.mark ?? []), groups }
  }

  async stop(): Promise<Tally> {
    const answers = await this.tell({ do: 'stop' })
    await this.tell({ do: 'close' })
    return answers.map((answer) => answer.tally ?? EMPTY_TALLY).reduce(addTallies, EMPTY_TALLY)
  }
}

function evaluate(params: LoadParams, before: Reading, after: Reading, tally: Tally): Measurement {
  const gained = (pick: (mark: Mark) => number): number[] => {
    return after.marks.map((mark, index) => pick(mark) - pick(before.marks[index] ?? mark))
  }
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
  const units = sum(gained((mark) => mark.delivered))
  if (units === 0) throw new Error('nothing was delivered in the measured window')
  const micros = (after.at - before.at) * 1000
  const latency = new LatencyHistogram()
  for (const mark of after.marks) latency.add(new LatencyHistogram(mark.latency))
  const groups = difference(before.groups, after.groups)
  return {
    units,
    seconds: micros / 1e6,
    asked: typeof params.rate === 'number' ? params.rate : undefined,
    figures: new Map([...groups].map(([name, value]) => [name, value / units])),
    p50Micros: latency.quantile(0.5),
    p99Micros: latency.quantile(0.99),
    lost: Math.max(0, tally.expected - tally.received),
    duplicated: tally.duplicated,
    reordered: tally.reordered,
    errors: tally.errors,
    generatorMicros: sum(gained((mark) => mark.cpuMicros)) / units,
    generatorBusy: Math.max(...gained((mark) => mark.mainThreadMicros)) / micros,
  }
}

/** The row's numbers for so many users: what is a rate over mutual contacts stays the same for each user. */
function paramsOf(row: BenchCase, users: number): LoadParams {
  const { rate, contacts } = row.params
  if (typeof rate !== 'number' || typeof contacts !== 'number') return row.params
  return { ...row.params, rate: Math.round((rate * users) / row.users) }
}

/** Runs a row once against a server that runs, with generators of its own, and measures it. */
export async function runCase(row: BenchCase, running: RunningTarget, options: BenchOptions): Promise<Measurement> {
  await using stack = new AsyncDisposableStack()
  const generators = Array.from({ length: options.generators }, () => stack.use(new Generator()))
  const users = usersOf(row, options.scale)
  const params = paramsOf(row, users)
  const run = new CaseRun({ ...row, params: { ...params, warmupMs: options.warmupMs } }, running, generators)
  await run.prepare(accountsOf(row.pool, users))
  const endless = row.unit === 'stanza' || row.unit === 'page'
  if (!endless) {
    const before = await run.read()
    await run.tell({ do: 'start' })
    await run.tell({ do: 'finish' })
    return evaluate(params, before, await run.read(), await run.stop())
  }
  await run.tell({ do: 'start' })
  await sleep(options.warmupMs)
  const before = await run.read()
  await sleep(options.windowMs)
  return evaluate(params, before, await run.read(), await run.stop())
}
