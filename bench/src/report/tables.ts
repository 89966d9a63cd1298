import type { BenchCase } from '../cases.ts'
import { type Measurement, medianOf, total } from '../measure/measurement.ts'
import type { Outcome, TargetResults } from '../run-target.ts'
import { digits, figure, markdownTable, SCALES } from './format.ts'

/** One target's column. */
export interface Column {
  readonly name: string
  readonly peer: boolean
  readonly version: string
  readonly results: TargetResults
}

/** One column a target from several rounds that each measured every target once. */
export function mediansOf(rounds: readonly (readonly Column[])[]): Column[] {
  const all = rounds.flat()
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const turns = all.filter((column) => column.name === name)
    const rows = new Set(turns.flatMap(({ results }) => [...results.keys()]))
    const results = [...rows].map((row): [string, Outcome] => {
      const good = turns.flatMap((turn) => measured(turn.results.get(row)) ?? [])
      return [row, good.length > 0 ? medianOf(good) : turns[0]!.results.get(row)!]
    })
    return { ...turns[0]!, results: new Map(results) }
  })
}

/** Share of one core from which a generator's main thread is said to be the bottleneck. */
const BOTTLENECK = 0.85
/** Share of the rate asked for under which a server is said not to keep up. */
const KEEPS_UP = 0.97

function measured(outcome: Outcome | undefined): Measurement | undefined {
  return outcome !== undefined && 'figures' in outcome ? outcome : undefined
}

/** The lowest figure among the peers, or undefined when none was measured. */
export function bestPeer(row: BenchCase, columns: readonly Column[]): number | undefined {
  const figures = columns
    .filter((column) => column.peer)
    .flatMap((column) => measured(column.results.get(row.id)) ?? [])
    .map(total)
  return figures.length === 0 ? undefined : Math.min(...figures)
}

/** What the same cost without everything switched on, for a column that has it. */
function plainTwin(row: BenchCase, { name }: Column, columns: readonly Column[]): number | undefined {
  const twin = name.endsWith('-all') ? columns.find((column) => `${column.name}-all` === name) : undefined
  const measurement = measured(twin?.results.get(row.id))
  return measurement && total(measurement)
}

function mainCell(row: BenchCase, column: Column, best: number | undefined): string {
  const outcome = column.results.get(row.id)
  const measurement = measured(outcome)
  if (measurement === undefined) return outcome === undefined ? '–' : 'failed'
  const faults = faultsOf(measurement) === '' ? '' : ', **faults**'
  const cost = figure(row.unit, total(measurement))
  return column.peer || best === undefined
    ? cost + faults
    : `**${cost}** (×${(total(measurement) / best).toFixed(2)})${faults}`
}

/** What went wrong, or nothing. */
function faultsOf({ lost, duplicated, reordered, errors }: Measurement): string {
  return lost + duplicated + reordered + errors === 0 ? '' : [lost, duplicated, reordered, errors].join(' / ')
}

function rateOf({ units, seconds, asked }: Measurement): string {
  const rate = Math.round(units / seconds)
  return asked !== undefined && rate < asked * KEEPS_UP ? `**${rate}/s of ${asked}**` : `${rate}/s`
}

/** The main table: what a unit costs on each target, and ours as a multiple of the best peer, or of itself without everything on. */
export function mainTable(rows: readonly BenchCase[], columns: readonly Column[]): string {
  const head = ['load', 'unit', ...columns.map((column) => column.name)]
  const body = rows.map((row) => {
    const best = bestPeer(row, columns)
    const cells = columns.map((column) => mainCell(row, column, plainTwin(row, column, columns) ?? best))
    return [row.title, `${SCALES[row.unit].label} per ${row.unit}`, ...cells]
  })
  return markdownTable(head, body)
}

function milliseconds(micros: number): string {
  return micros === 0 ? '–' : digits(micros / 1000)
}

function detail(row: BenchCase, column: Column, outcome: Outcome): string[] {
  if ('failure' in outcome) return [row.title, column.name, outcome.failure, '', '', '', '', '', '']
  const parts = [...outcome.figures].filter(([, value]) => figure(row.unit, value) !== '0.00')
  const split = parts.map(([name, value]) => `${name} ${figure(row.unit, value)}`).join(' + ')
  const busy = `${Math.round(outcome.generatorBusy * 100)} %${outcome.generatorBusy > BOTTLENECK ? ' **bottleneck**' : ''}`
  const faults = faultsOf(outcome)
  return [
    row.title,
    column.name,
    split,
    rateOf(outcome),
    milliseconds(outcome.p50Micros),
    milliseconds(outcome.p99Micros),
    faults === '' ? '0' : `**${faults}**`,
    digits(outcome.generatorMicros),
    busy,
  ]
}

/** The second table: split by process group, rate, latency, faults, and the generator's own cost. */
export function detailTable(rows: readonly BenchCase[], columns: readonly Column[]): string {
  const faults = 'lost / twice / out of order / errors'
  const head = ['load', 'target', 'split', 'rate', 'p50 ms', 'p99 ms', faults, 'generator µs', 'generator thread']
  const body = rows.flatMap((row) =>
    columns.flatMap((column) => {
      const outcome = column.results.get(row.id)
      return outcome === undefined ? [] : [detail(row, column, outcome)]
    }),
  )
  return markdownTable(head, body)
}
