import type { Report } from './report.ts'

const SHOWN = 40
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** What a run showed, for people. */
export function markdownOf(report: Report): string {
  const { verdicts, faults, gaps, did, skipped } = report
  const wrong = Object.values(verdicts).reduce((sum, { violations }) => sum + violations, 0)
  return [
    `${report.date.slice(0, 16)}Z, commit ${report.commit}, \`${report.command}\`: ${wrong === 0 ? 'every promise held' : `**${wrong} violations**`} in ${report.seconds} s.`,
    '',
    '| promise | violations | covered by a bound of the design |',
    '|---|---|---|',
    ...Object.values(verdicts).map(
      ({ promise, violations, excused }) => `| ${promise} | ${violations} | ${bounds(excused)} |`,
    ),
    '',
    `Done: ${Object.entries(did)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}.`,
    `Clients were without a connection ${gaps.count} times, median ${gaps.median} ms, p99 ${gaps.p99} ms, at most ${gaps.most} ms.`,
    ...Object.entries(skipped).map(([name, why]) => `Skipped: ${name}, ${why}.`),
    '',
    '| fault | times | slowest chat message: median | at most, ms |',
    '|---|---|---|---|',
    ...Object.entries(faults).map(([name, { count, median, most }]) => `| ${name} | ${count} | ${median} | ${most} |`),
    '',
  ].join('\n')
}

/** What was wrong, one a line. */
export function findingsOf(report: Report, excused: boolean): string {
  const found = report.findings.filter(({ excuse }) => (excuse !== undefined) === excused)
  const lines = found
    .slice(0, SHOWN)
    .map(
      ({ concern, kind, what, atMs, excuse }) =>
        `${(atMs / 1_000).toFixed(1)} s: ${concern}, ${kind}: ${what}${excuse ? ` (${excuse})` : ''}`,
    )
  return [...lines, ...(found.length > SHOWN ? [`… ${found.length - SHOWN} more`] : []), ''].join('\n')
}

function bounds(excused: Readonly<Record<string, number>>): string {
  return Object.entries(excused)
    .map(([why, count]) => cell(`${count}: ${why}`))
    .join('; ')
}
