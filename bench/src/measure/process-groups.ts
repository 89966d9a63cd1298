import { type ProcessEntry, readProcessTable, readPss } from './process-table.ts'

/** Root processes of a target by the name they are reported under; their descendants belong to them. */
export type Roots = ReadonlyMap<string, readonly number[]>

/** Backing programs are reported by their own name, whoever started them. */
const BACKING: Readonly<Record<string, string>> = {
  postgres: 'Postgres',
  'redis-server': 'Redis',
  'nats-server': 'NATS',
}

/** Processes of each group: descendants go with their root, but Postgres, Redis and NATS have groups of their own. */
export function groupProcesses(roots: Roots, table: ReadonlyMap<number, ProcessEntry>): Map<string, ProcessEntry[]> {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of table.values()) {
    const siblings = children.get(entry.parent)
    if (siblings === undefined) children.set(entry.parent, [entry])
    else siblings.push(entry)
  }
  const groups = new Map<string, ProcessEntry[]>()
  const visit = (entry: ProcessEntry, group: string): void => {
    const name = BACKING[entry.command] ?? group
    const members = groups.get(name)
    if (members === undefined) groups.set(name, [entry])
    else members.push(entry)
    for (const child of children.get(entry.pid) ?? []) visit(child, name)
  }
  for (const [name, pids] of roots) {
    for (const pid of pids) {
      const entry = table.get(pid)
      if (entry === undefined) throw new Error(`${name}: process ${pid} has ended`)
      visit(entry, name)
    }
  }
  return groups
}

function sums(roots: Roots, weigh: (entry: ProcessEntry) => number): Map<string, number> {
  const groups = groupProcesses(roots, readProcessTable())
  return new Map([...groups].map(([name, members]) => [name, members.reduce((sum, entry) => sum + weigh(entry), 0)]))
}

/** CPU µs spent so far by each group. Only differences between two readings mean something. */
export function readCpu(roots: Roots): Map<string, number> {
  return sums(roots, (entry) => entry.cpuMicros)
}

/** Memory of each group now: the sum of proportional set sizes, KiB. */
export function readMemory(roots: Roots): Map<string, number> {
  return sums(roots, (entry) => readPss(entry.pid))
}

/** What each group gained between two readings. */
export function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]))
}
