import { compare } from '@heliograph/testkit'
import type { Finding } from './finding.ts'
import type { Flow } from './flow.ts'

/**
 * Compares an archive with the flows that it must have whole: each message once, those of one flow in order.
 * @param ids of all that the archive has, in its order
 */
export function archiveFindings(whose: string, flows: readonly Flow[], ids: readonly string[]): Finding[] {
  const findings: Finding[] = []
  const byFlow = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf('-')))
  for (const flow of flows) {
    const expected = flow.sent.filter(({ id }) => !flow.refused.has(id))
    const at = new Map(flow.sent.map((each) => [each.id, each.at]))
    const prefix = `${flow.kind[0]}.${flow.from}-${flow.to}`
    const { lost, twice, late } = compare(
      expected.map(({ id }) => id),
      byFlow.get(prefix) ?? [],
    )
    const add = (how: string, id: string) =>
      findings.push({
        concern: 'archive',
        kind: flow.kind,
        what: `archive of ${whose}: ${id} ${how}`,
        atMs: at.get(id) ?? 0,
      })
    for (const id of lost) add('is missing', id)
    for (const id of twice) add('is there twice', id)
    for (const number of late) add('is out of order', `${prefix}-${number}`)
  }
  return findings
}
