import { type InstanceId, Kind } from '@heliograph/bus'
import { type BareJid, domainOf, type Jid, trusted } from '@heliograph/jid'
import { type Hosts, type Ownership, pairKey, partitionOf } from '@heliograph/ownership'

/** Where watchers are: one list an instance, one a remote domain. `unknown` have no owner at the moment. */
export interface Destinations {
  readonly instances: Map<InstanceId, string[]>
  readonly domains: Map<string, Jid[]>
  readonly unknown: string[]
}

/** Groups watchers by the instance that owns them, or by their domain. */
export function group(
  watchers: readonly string[],
  publisher: BareJid,
  hosts: Hosts,
  ownership: Ownership,
): Destinations {
  const destinations: Destinations = { instances: new Map(), domains: new Map(), unknown: [] }
  for (const watcher of watchers) {
    const jid = trusted(watcher)
    if (hosts.kindOf(jid) !== Kind.user) {
      push(destinations.domains, pairKey(domainOf(publisher), domainOf(jid)), jid)
      continue
    }
    const owner = ownership.ownerOf(Kind.user, partitionOf(watcher))
    if (owner) push(destinations.instances, owner.instance, watcher)
    else destinations.unknown.push(watcher)
  }
  return destinations
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
