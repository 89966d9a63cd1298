import { globSync, readFileSync } from 'node:fs'
import { logEventsIn } from './log-events.ts'
import { metricsIn } from './metrics.ts'
import { withSection } from './section.ts'
import { ROOT, sources } from './sources.ts'

/** A page for people. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

export function pages(): Page[] {
  const paths = globSync(['*.md', 'docs/*.md', 'proto/*.md', '{packages,services}/*/README.md'], { cwd: ROOT }).sort()
  return paths.map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }))
}

export const OPERATIONS = 'docs/operations.md'

/** `docs/operations.md` with its tables as the sources have them. */
export function operationsPage(page: string): string {
  const files = sources()
  const metrics = metricsIn(files).map(({ name, kind, part, help }) => [`\`${name}\``, kind, part, help])
  const events = logEventsIn(files).map(({ event, level, parts }) => [`\`${event}\``, level, parts.join(', ')])
  const withMetrics = withSection(page, 'metrics', table(['metric', 'kind', 'from', 'meaning'], metrics))
  return withSection(withMetrics, 'log events', table(['event', 'level', 'from'], events))
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n')
}
