import { readdirSync, readFileSync } from 'node:fs'

/** Length of a clock tick in µs: Linux shows CPU times in 1/100 s to every program. */
const TICK_MICROS = 10_000

/** One process as /proc shows it. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** CPU µs, user and system, of all its threads and of the children it has waited for. */
  readonly cpuMicros: number
}

/** Reads one line of /proc/PID/stat (proc(5)); the command may hold spaces and parentheses. */
export function parseStat(line: string): ProcessEntry {
  const open = line.indexOf('(')
  const close = line.lastIndexOf(')')
  const fields = line.slice(close + 2).split(' ')
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0)
  return {
    pid: Number(line.slice(0, open - 1)),
    parent: Number(fields[1]),
    command: line.slice(open + 1, close),
    cpuMicros: ticks * TICK_MICROS,
  }
}

/** All processes of the machine now. */
export function readProcessTable(): Map<number, ProcessEntry> {
  const table = new Map<number, ProcessEntry>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const entry = parseStat(readFileSync(`/proc/${name}/stat`, 'latin1'))
      table.set(entry.pid, entry)
    } catch {
      // It ended while the table was being read; its time is in its parent's by then.
    }
  }
  return table
}

/** A process's proportional set size in KiB, or 0 when it has ended. Needs to be its user, or root. */
export function readPss(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0)
  } catch {
    return 0
  }
}
