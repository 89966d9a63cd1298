import { domainToASCII } from 'node:url'
import type { ConfigProblem } from './config-error.ts'
import type { ParsedConfig } from './schema/schema.ts'

/** Names under a domain that the server has for itself. */
const OWN = ['', 'conference.', 'pubsub.', 'upload.']

/** Domains of components that are somebody else's already, or of a component that can't connect. */
export function strangeComponents(
  { components, domains, listen }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const taken = new Set(domains.flatMap(({ name }) => OWN.map((prefix) => domainToASCII(`${prefix}${name}`))))
  return components.flatMap(({ domains: names, tls }, at) => {
    const problem = (path: readonly PropertyKey[], message: string): ConfigProblem => ({
      option: path.join('.'),
      message,
      where: where(path),
    })
    const problems = names.flatMap((name, place) => {
      const ascii = domainToASCII(name)
      if (!taken.has(ascii)) {
        taken.add(ascii)
        return []
      }
      return [problem(['components', at, 'domains', place], `${name} is in use already`)]
    })
    if (tls && listen.componentTls === false)
      problems.push(problem(['components', at, 'tls'], 'needs the listener listen.componentTls'))
    return problems
  })
}
