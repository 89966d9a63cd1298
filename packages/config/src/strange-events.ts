import { domainToASCII } from 'node:url'
import type { ConfigProblem } from './config-error.ts'
import type { ParsedConfig } from './schema/schema.ts'

/** Events that can't come or go: without NATS no subjects, and never those on which instances talk; nodes only of our own domains. */
export function strangeEvents(
  { mode, nats, domains, events }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const served = new Set(domains.map(({ name }) => domainToASCII(name)))
  return (['deliveries', 'sources'] as const).flatMap((list) =>
    events[list].flatMap(({ subject, domain }, at) => {
      const problem = (key: string, message: string): ConfigProblem => {
        const path = ['events', list, at, key]
        return { option: path.join('.'), message, where: where(path) }
      }
      const problems: ConfigProblem[] = []
      if (subject !== undefined && mode === 'standalone')
        problems.push(problem('subject', 'needs NATS, which a standalone server has not'))
      if (subject !== undefined && (subject === '>' || `${subject}.`.startsWith(`${nats.prefix}.`)))
        problems.push(problem('subject', `is among those that the instances use (${nats.prefix})`))
      if (domain !== undefined && !served.has(domainToASCII(domain)))
        problems.push(problem('domain', `${domain} is not among the domains`))
      return problems
    }),
  )
}
