import type { Benchmark } from './benchmark.ts'

const ROUND_MICROS = 40_000
const ROUNDS = 9

/** What one benchmark showed, in CPU µs of the main thread per operation. */
export interface MicroResult {
  readonly median: number
  readonly best: number
}

let sink: unknown

function cpuMicros(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

function timeOf(run: () => unknown, times: number): number {
  const before = cpuMicros()
  for (let i = 0; i < times; i++) sink = run()
  return cpuMicros() - before
}

/** Runs a benchmark for about half a second: warm-up and calibration, then nine rounds. */
export function measure({ run, operations = 1 }: Benchmark): MicroResult {
  let times = 1
  let spent = timeOf(run, times)
  while (spent < ROUND_MICROS) {
    times = spent < 1_000 ? times * 4 : Math.ceil((times * ROUND_MICROS * 1.2) / spent)
    spent = timeOf(run, times)
  }
  const rounds = Array.from({ length: ROUNDS }, () => timeOf(run, times) / times / operations).sort((a, b) => a - b)
  if (sink === measure) throw new Error('unreachable: keeps the results in use')
  return { median: rounds[ROUNDS >> 1] ?? 0, best: rounds[0] ?? 0 }
}
