import type { Domain } from '@heliograph/jid'
import { addressGroup } from '@heliograph/streams'
import type { Counters } from '../accounts/counters.ts'
import type { DomainPolicy } from '../config.ts'

const WINDOW_SECONDS = 3600

/** Whether one more may come anonymously from an address: counted for the whole cluster (XEP-0175 §3). */
export async function admitAnonymous(
  { policies, counters }: { readonly policies: ReadonlyMap<Domain, DomainPolicy>; readonly counters: Counters },
  { domain, source }: { readonly domain: Domain; readonly source: string },
): Promise<boolean> {
  const anonymous = policies.get(domain)?.anonymous
  if (anonymous === undefined) return false
  const come = await counters.increment(`anonymous-logins:${domain}:${addressGroup(source)}`, WINDOW_SECONDS)
  return come <= anonymous.loginsPerHour
}
