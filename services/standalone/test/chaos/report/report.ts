import { CONCERNS, type Concern, type Finding } from '../ledger/finding.ts'
import type { Outcome } from '../run.ts'
import { type Times, timesOf } from './times.ts'

export interface Verdict {
  readonly promise: string
  readonly violations: number
  /** What a bound of the design covers, by that bound. */
  readonly excused: Readonly<Record<string, number>>
}

/** What a run showed, for machines. */
export interface Report {
  readonly date: string
  readonly commit: string
  readonly command: string
  readonly seconds: number
  readonly did: Readonly<Record<string, number>>
  readonly verdicts: Readonly<Record<Concern, Verdict>>
  readonly faults: Readonly<Record<string, Times>>
  /** Of a client: from losing its connection to having another. */
  readonly gaps: Times
  readonly skipped: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
  readonly exits: Outcome['exits']
  readonly errors: Readonly<Record<string, { readonly count: number; readonly example: string }>>
  readonly beats: readonly string[]
}

export function reportOf(
  outcome: Outcome,
  made: { readonly date: Date; readonly commit: string; readonly command: string },
): Report {
  const { performed, findings, crowd, book } = outcome
  const flows = [...book.flows.values()]
  const said = (kind: string) =>
    flows.filter((flow) => flow.kind === kind).reduce((sum, { sent }) => sum + sent.length, 0)
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const { persons, visitors } = crowd
  const did = {
    faults: total(performed.map(({ beat }) => beat.steps.length)),
    'chat messages': said('chat'),
    'messages to rooms': total([...book.rooms.values()].map((room) => room.said.size)),
    'private messages of rooms': said('private'),
    'messages to the absent': said('letter'),
    publications: total([...book.nodes.values()].map(({ items }) => items.size)),
    'changes of presence': total([...book.presences.values()].map(({ shown }) => shown.length)),
    logins: total(visitors.map(({ visits }) => visits)),
    'logins that failed on the way': total(visitors.map(({ failed }) => failed)),
    'refused, and told so':
      total(flows.map(({ refused }) => refused.size)) + total([...book.rooms.values()].map((it) => it.refused.size)),
    resumptions: total(persons.map(({ returner }) => returner.resumed)),
    'sessions lost': total(persons.map(({ returner }) => returner.rebound)),
  }
  return {
    date: made.date.toISOString(),
    commit: made.commit,
    command: made.command,
    seconds: Math.round(outcome.tookMs / 1_000),
    did,
    verdicts: verdictsOf(findings),
    faults: faultTimes(outcome),
    gaps: timesOf(persons.flatMap(({ returner }) => returner.gaps)),
    skipped: Object.fromEntries(outcome.skipped),
    findings,
    exits: outcome.exits,
    errors: Object.fromEntries(outcome.errors),
    beats: performed.map(
      ({ beat, began }) => `${(began / 1_000).toFixed(1)} s: ${beat.steps.map(({ what }) => what).join(', ')}`,
    ),
  }
}

function verdictsOf(findings: readonly Finding[]): Record<Concern, Verdict> {
  const verdict = (concern: Concern): Verdict => {
    const mine = findings.filter((finding) => finding.concern === concern)
    const excused = Map.groupBy(
      mine.flatMap(({ excuse }) => excuse ?? []),
      (excuse) => excuse,
    )
    return {
      promise: CONCERNS[concern],
      violations: mine.filter(({ excuse }) => excuse === undefined).length,
      excused: Object.fromEntries([...excused].map(([why, all]) => [why, all.length])),
    }
  }
  const concerns = Object.keys(CONCERNS) as Concern[]
  return Object.fromEntries(concerns.map((concern) => [concern, verdict(concern)])) as Record<Concern, Verdict>
}

/** By fault: how long the slowest chat message took that was said from its beginning until all were served again. */
function faultTimes({ performed, book }: Outcome): Record<string, Times> {
  const slowest = new Map<string, number[]>()
  for (const { beat, began, ended, recovered } of performed) {
    const name = beat.steps.map(({ fault }) => fault.name).join(' + ')
    const flows = [...book.flows.values()].filter(({ kind }) => kind === 'chat')
    const times = slowest.get(name) ?? []
    slowest.set(name, times)
    times.push(Math.max(0, ...flows.map((flow) => flow.slowest(began, recovered ?? ended))))
  }
  return Object.fromEntries([...slowest].sort().map(([name, times]) => [name, timesOf(times)]))
}
