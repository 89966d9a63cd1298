import { type Domain, parseDomain } from '@heliograph/jid'
import type { Admin, Handlers, ServedDomain } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'

/** The domains that this instance serves now. */
export function domainsRpc(context: SessionContext): Pick<Handlers<Admin>, 'listDomains'> {
  return {
    listDomains: async ({ domain }) => {
      const wanted = domain === '' ? undefined : parseDomain(domain)
      const served = context.hosts.domains.filter((name) => domain === '' || name === wanted)
      return { domains: await Promise.all(served.map((name) => servedDomain(context, name))) }
    },
  }
}

async function servedDomain({ accounts, config }: SessionContext, name: Domain): Promise<ServedDomain> {
  const { maxAccounts, anonymous } = config.policies.get(name) ?? {}
  return {
    name,
    accounts: await accounts.count(name),
    limited: maxAccounts !== undefined,
    maxAccounts: maxAccounts ?? 0,
    anonymous: anonymous !== undefined,
  }
}
