import { setTimeout as sleep } from 'node:timers/promises'
import { Kind } from '@heliograph/bus'
import type { Change, LiveState } from '@heliograph/live-state'
import type { Ownership } from '@heliograph/ownership'
import type { Logger } from '@heliograph/telemetry'
import type { Resource } from '../users/resource.ts'
import { addressed, type Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'
import { encodeDelivery, encodeRecord } from './record.ts'

export const SERVICE = 'session'
const RETRY_MS = 200

/**
 * The recovery copy of live sessions in shared state: a record a resource, and the queue of each hibernating one. Written behind, once a
 * turn a partition, in order; repeated while the store is away. A lease lost meanwhile ends it: the next owner's copy counts.
 */
export class LiveRecords implements Disposable {
  readonly #live: LiveState
  readonly #ownership: Ownership
  readonly #log: Logger
  readonly #partitions = new Map<number, Pending>()
  readonly #stop = new AbortController()

  constructor(live: LiveState, ownership: Ownership, log: Logger) {
    this.#live = live
    this.#ownership = ownership
    this.#log = log
  }

  /** Stores the resource as it will be at the end of this turn; `stored` runs when it is. */
  changed(user: User, resource: Resource, stored?: () => void): void {
    this.#put(user, resource.jid, () => encodeRecord(user, resource), stored)
  }

  removed(user: User, resource: Resource): void {
    this.#put(user, resource.jid, () => null)
    if (resource.attachment === 'hibernating' || resource.complete) this.dropUnacked(user, resource)
  }

  replaceUnacked(user: User, resource: Resource): void {
    this.dropUnacked(user, resource)
    let count = resource.managed?.unacked.acked ?? 0
    for (const delivery of resource.managed?.unacked ?? []) this.#append(user, resource, delivery, ++count)
  }

  /** The newest entry of a hibernating session's queue. */
  appendUnacked(user: User, resource: Resource, delivery: Delivery): void {
    const { acked, length } = resource.managed!.unacked
    this.#append(user, resource, delivery, acked + length)
  }

  #append(user: User, resource: Resource, delivery: Delivery, count: number): void {
    const stanza = addressed(delivery, resource.jid)
    const pending = this.#pending(user.partition)
    pending.lists.push({ field: resource.jid, item: encodeDelivery({ stanza, id: delivery.id, count }) })
    this.#schedule(user.partition, pending)
  }

  dropUnacked(user: User, resource: Resource): void {
    const pending = this.#pending(user.partition)
    pending.lists.push({ field: resource.jid, item: null })
    this.#schedule(user.partition, pending)
  }

  /** Everything pending for a partition is stored, or will never be. */
  async flushed(partition: number): Promise<void> {
    for (let work = this.#partitions.get(partition)?.work; work; work = this.#partitions.get(partition)?.work)
      await work
  }

  #put(user: User, field: string, value: () => Uint8Array | null, stored?: () => void): void {
    const pending = this.#pending(user.partition)
    pending.records.set(field, value)
    if (stored) pending.stored.push(stored)
    this.#schedule(user.partition, pending)
  }

  #pending(partition: number): Pending {
    let pending = this.#partitions.get(partition)
    if (pending === undefined) {
      pending = { records: new Map(), lists: [], stored: [], work: undefined }
      this.#partitions.set(partition, pending)
    }
    return pending
  }

  #schedule(partition: number, pending: Pending): void {
    if (pending.work) return
    pending.work = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#drain(partition, pending))
      .finally(() => {
        pending.work = undefined
        if (pending.records.size > 0 || pending.lists.length > 0) this.#schedule(partition, pending)
        else this.#partitions.delete(partition)
      })
  }

  async #drain(partition: number, pending: Pending): Promise<void> {
    const changes = [...pending.records].map(([field, value]): Change => ({ field, value: value() }))
    const lists = pending.lists
    const stored = pending.stored
    pending.records = new Map()
    pending.lists = []
    pending.stored = []
    while (!this.#stop.signal.aborted) {
      const epoch = this.#ownership.heldEpochOf(partition)
      if (epoch === 0) return
      if (!this.#ownership.current) {
        // The lease ran out while the store is away; it may still be ours when it is back.
        await this.#pause()
        continue
      }
      try {
        if (!(await this.#store({ service: SERVICE, partition, epoch }, changes, lists))) {
          this.#log.warn('record_write_fenced', { kind: Kind.user, partition, epoch })
          return
        }
        for (const done of stored) done()
        return
      } catch (error) {
        this.#log.warn('record_write_waits', { partition, reason: (error as Error).message })
        await this.#pause()
      }
    }
  }

  #pause(): Promise<void> {
    return sleep(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }

  /** A queue is there before a record says that its session hibernates, and goes after the record says otherwise. */
  async #store(place: Place, changes: readonly Change[], lists: readonly ListChange[]): Promise<boolean> {
    const dropped: string[] = []
    for (const [field, run] of runs(lists)) {
      const items = run.map(({ item }) => item).filter((item) => item !== null)
      if (items.length === 0) dropped.push(field)
      else {
        if (run[0]?.item === null && !(await this.#live.dropList(place, field))) return false
        if (!(await this.#live.append(place, field, items))) return false
      }
    }
    if (changes.length > 0 && !(await this.#live.write(place, changes))) return false
    for (const field of dropped) if (!(await this.#live.dropList(place, field))) return false
    return true
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }
}

type Place = Parameters<LiveState['write']>[0]

interface ListChange {
  readonly field: string
  /** Null drops the list. */
  readonly item: Uint8Array | null
}

interface Pending {
  records: Map<string, () => Uint8Array | null>
  lists: ListChange[]
  stored: (() => void)[]
  work: Promise<void> | undefined
}

/** List changes by field; what comes before the last drop of a field has no effect and is left out. */
function runs(changes: readonly ListChange[]): Map<string, ListChange[]> {
  const byField = new Map<string, ListChange[]>()
  for (const change of changes) {
    const run = byField.get(change.field)
    if (run === undefined || change.item === null) byField.set(change.field, [change])
    else run.push(change)
  }
  return byField
}
