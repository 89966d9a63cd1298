import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { CHART, ROOT } from './root.ts'

export interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** The alerts and recorded rules of the chart. */
export function rules(): Rule[] {
  const file = parse(readFileSync(`${CHART}/files/rules.yaml`, 'utf8')) as { groups: { rules: Rule[] }[] }
  return file.groups.flatMap((group) => group.rules)
}

/** Names that a query may have: of the metrics in docs/operations.md (which is made from the sources), and of the recorded rules. */
export function knownMetrics(): Set<string> {
  const page = readFileSync(`${ROOT}docs/operations.md`, 'utf8')
  const rows = page.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \|/gm)
  const names = [...rows].flatMap(([, name = '', kind]) =>
    kind === 'histogram' ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`) : [name],
  )
  return new Set([...names, ...rules().flatMap(({ record }) => record ?? [])])
}
