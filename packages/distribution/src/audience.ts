import { type InstanceId, Kind } from '@heliograph/bus'
import { bareOf, type Jid, trusted } from '@heliograph/jid'
import { type Hosts, partitionOf } from '@heliograph/ownership'
import type { Routes } from './routes.ts'

/** Recipients that one instance owns. */
export interface Share {
  readonly to: InstanceId
  readonly recipients: readonly string[]
  readonly partitions: ReadonlySet<number>
}

/** Where recipients are while nobody's partitions change. */
export interface Placement {
  readonly view: number
  readonly shares: readonly Share[]
  /** Partitions that nobody owns at the moment. */
  readonly unowned: readonly number[]
}

/** Recipients by the partition of users they are in, or elsewhere. */
export class Audience {
  readonly recipients: readonly string[]
  readonly byPartition: ReadonlyMap<number, readonly string[]>
  /** Of other domains. */
  readonly remote: readonly Jid[]
  #placement: Placement | undefined

  constructor(recipients: readonly string[], hosts: Pick<Hosts, 'kindOf'>) {
    const byPartition = new Map<number, string[]>()
    const remote: Jid[] = []
    for (const recipient of recipients) {
      const jid = trusted(recipient)
      if (hosts.kindOf(jid) === Kind.user) push(byPartition, partitionOf(bareOf(jid)), recipient)
      else remote.push(jid)
    }
    this.recipients = recipients
    this.byPartition = byPartition
    this.remote = remote
  }

  /** Who owns them, computed once while nothing changes. */
  placed(routes: Routes): Placement {
    if (this.#placement?.view !== routes.view) this.#placement = this.#place(routes)
    return this.#placement
  }

  #place(routes: Routes): Placement {
    const { view } = routes
    const shares = new Map<InstanceId, { to: InstanceId; recipients: string[]; partitions: Set<number> }>()
    const unowned: number[] = []
    for (const [partition, recipients] of this.byPartition) {
      const owner = routes.ownerOf(partition)
      if (!owner) {
        unowned.push(partition)
        continue
      }
      const to = owner.instance
      const share = shares.get(to) ?? { to, recipients: [], partitions: new Set<number>() }
      shares.set(to, share)
      share.partitions.add(partition)
      for (const recipient of recipients) share.recipients.push(recipient)
    }
    return { view, shares: [...shares.values()], unowned }
  }
}

/** Recipients by the partition they are in. */
export function byPartitionOf(recipients: readonly string[]): Map<number, string[]> {
  const groups = new Map<number, string[]>()
  for (const recipient of recipients) push(groups, partitionOf(bareOf(trusted(recipient))), recipient)
  return groups
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
