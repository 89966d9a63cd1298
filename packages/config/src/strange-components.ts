import { domainToASCII } from 'node:url'
import type { ConfigProblem } from './config-error.ts'
import type { ParsedConfig } from './schema/schema.ts'

/** Names under a domain that the server has for itself. */
const OWN = ['', 'conference.', 'pubsub.', 'upload.']

/** Domains of components that are somebody else's already. */
export function strangeComponents(
  { components, domains, proxy65 }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  // Without our own another proxy may be there.
  const own = proxy65.enabled ? [...OWN, 'proxy.'] : OWN
  const taken = new Set(domains.flatMap(({ name }) => own.map((prefix) => domainToASCII(`${prefix}${name}`))))
  return components.flatMap(({ domains: names }, at) => {
    return names.flatMap((name, place) => {
      const ascii = domainToASCII(name)
      if (!taken.has(ascii)) {
        taken.add(ascii)
        return []
      }
      const path = ['components', at, 'domains', place]
      return [{ option: path.join('.'), message: `${name} is in use already`, where: where(path) }]
    })
  })
}
