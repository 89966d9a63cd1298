import { type InstanceId, Kind } from '@heliograph/bus'
import { bareOf, type Domain, domainOf, type Jid, trusted } from '@heliograph/jid'
import { type Hosts, partitionOf } from '@heliograph/ownership'
import { differenceOf } from './difference.ts'
import type { Routes } from './routes.ts'

/**
 * Recipients in one envelope at most, but for those of one partition: about a frame of a link. What is for thousands so comes in pieces, and neither
 * their owner nor their edge is busy with one of them for long.
 */
const MOST_RECIPIENTS = 500

/** Recipients that one instance owns, all or some of them. */
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
  #byDomain: ReadonlyMap<Domain, readonly Jid[]> | undefined

  private constructor(recipients: readonly string[], { byPartition, remote }: Grouped) {
    this.recipients = recipients
    this.byPartition = byPartition
    this.remote = remote
  }

  static of(recipients: readonly string[], hosts: Pick<Hosts, 'kindOf'>): Audience {
    return new Audience(recipients, grouped(recipients, hosts))
  }

  /** The audience of these, at little cost where they are this one's but for a few who came or went; undefined where they aren't. */
  changedTo(recipients: readonly string[], hosts: Pick<Hosts, 'kindOf'>): Audience | undefined {
    const difference = differenceOf(this.recipients, recipients)
    if (difference === undefined) return undefined
    const gone = grouped(difference.gone, hosts)
    const come = grouped(difference.come, hosts)
    const byPartition = new Map(this.byPartition)
    for (const [partition, those] of gone.byPartition) {
      const rest = without(byPartition.get(partition)!, those)
      if (rest.length > 0) byPartition.set(partition, rest)
      else byPartition.delete(partition)
    }
    for (const [partition, those] of come.byPartition)
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), ...those])
    return new Audience(recipients, { byPartition, remote: [...without(this.remote, gone.remote), ...come.remote] })
  }

  /** Those of other domains, grouped when that is first asked for. */
  get byDomain(): ReadonlyMap<Domain, readonly Jid[]> {
    if (this.#byDomain === undefined) {
      const groups = new Map<Domain, Jid[]>()
      for (const jid of this.remote) push(groups, domainOf(jid), jid)
      this.#byDomain = groups
    }
    return this.#byDomain
  }

  /** Who owns them, computed once while nothing changes. */
  placed(routes: Routes): Placement {
    if (this.#placement?.view !== routes.view) this.#placement = this.#place(routes)
    return this.#placement
  }

  #place(routes: Routes): Placement {
    const { view } = routes
    const shares: Share[] = []
    const open = new Map<InstanceId, { to: InstanceId; recipients: string[]; partitions: Set<number> }>()
    const unowned: number[] = []
    for (const [partition, recipients] of this.byPartition) {
      const owner = routes.ownerOf(partition)
      if (!owner) {
        unowned.push(partition)
        continue
      }
      const to = owner.instance
      let share = open.get(to)
      if (!share || (share.recipients.length > 0 && share.recipients.length + recipients.length > MOST_RECIPIENTS)) {
        share = { to, recipients: [], partitions: new Set<number>() }
        open.set(to, share)
        shares.push(share)
      }
      share.partitions.add(partition)
      for (const recipient of recipients) share.recipients.push(recipient)
    }
    return { view, shares, unowned }
  }
}

interface Grouped {
  readonly byPartition: ReadonlyMap<number, readonly string[]>
  readonly remote: readonly Jid[]
}

function grouped(recipients: readonly string[], hosts: Pick<Hosts, 'kindOf'>): Grouped {
  const byPartition = new Map<number, string[]>()
  const remote: Jid[] = []
  for (const recipient of recipients) {
    const jid = trusted(recipient)
    if (hosts.kindOf(jid) === Kind.user) push(byPartition, partitionOf(bareOf(jid)), recipient)
    else remote.push(jid)
  }
  return { byPartition, remote }
}

function without<T>(all: readonly T[], those: readonly T[]): readonly T[] {
  if (those.length === 0) return all
  const rest = [...all]
  for (const each of those) rest.splice(rest.indexOf(each), 1)
  return rest
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
