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
    const item = encodeDelivery({ stanza, id: delivery.id, count })
    const run = pending.lists.get(resource.jid)
    if (run) run.push(item)
    else pending.lists.set(resource.jid, [item])
    this.#schedule(user.partition, pending)
  }

  dropUnacked(user: User, resource: Resource): void {
    const pending = this.#pending(user.partition)
    // What was to be added before has no effect: so a queue that is replaced again and again takes no more room.
    pending.lists.set(resource.jid, [null])
    this.#schedule(user.partition, pending)
  }

  /** Changes that wait to be written. */
  get waiting(): number {
    let count = 0
    for (const { records, lists } of this.#partitions.values()) {
      count += records.size
      for (const run of lists.values()) count += run.length
    }
    return count
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
      pending = { records: new Map(), lists: new Map(), stored: [], work: undefined }
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
        if (pending.records.size + pending.lists.size > 0) this.#schedule(partition, pending)
        else this.#partitions.delete(partition)
      })
  }

  async #drain(partition: number, pending: Pending): Promise<void> {
    const changes = [...pending.records].map(([field, value]): Change => ({ field, value: value() }))
    const lists = pending.lists
    const stored = pending.stored
    pending.records = new Map()
    pending.lists = new Map()
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
  async #store(place: Place, changes: readonly Change[], lists: Lists): Promise<boolean> {
    const dropped: string[] = []
    for (const [field, run] of lists) {
      const items = run.filter((item) => item !== null)
      if (items.length === 0) dropped.push(field)
      else {
        if (run[0] === null && !(await this.#live.dropList(place, field))) return false
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

/** What is added to the list of each field; null, only ever at the beginning, drops what was there. */
type Lists = Map<string, (Uint8Array | null)[]>

interface Pending {
  records: Map<string, () => Uint8Array | null>
  lists: Lists
  stored: (() => void)[]
  work: Promise<void> | undefined
}
