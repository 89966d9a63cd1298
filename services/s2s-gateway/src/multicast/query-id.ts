import { randomUUID } from 'node:crypto'
import { type Domain, parseDomain } from '@heliograph/jid'

const PREFIX = 'multicast:'

/** Of a request that the owner of a pair makes: it names the pair's remote domain, since the answer may come from another one, to any gateway. */
export function queryId(remote: Domain): string {
  return `${PREFIX}${randomUUID()}:${remote}`
}

/** The remote domain of the pair that an answer is for; undefined for what answers no such request. */
export function remoteOf(id: string | undefined): Domain | undefined {
  if (id?.startsWith(PREFIX) !== true) return undefined
  return parseDomain(id.slice(id.indexOf(':', PREFIX.length) + 1))
}
