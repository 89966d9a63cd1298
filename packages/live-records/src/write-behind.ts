import { setTimeout as sleep } from 'node:timers/promises'
import type { Kind } from '@heliograph/bus'
import type { Change, LiveState } from '@heliograph/live-state'
import type { Ownership } from '@heliograph/ownership'
import type { Logger } from '@heliograph/telemetry'

const RETRY_MS = 200

export interface WriteBehindOptions {
  /** As which service the partitions are known to the store. */
  readonly service: string
  readonly kind: Kind
  readonly live: Pick<LiveState, 'write' | 'append' | 'dropList'>
  readonly ownership: Pick<Ownership, 'heldEpochOf' | 'current'>
  readonly log: Logger
}

/**
 * Writes records and lists to live state, once a turn a partition, in order; repeated while the store is away. A lease lost meanwhile ends
 * it: the next owner's copy counts.
 */
export class WriteBehind implements Disposable {
  readonly #options: WriteBehindOptions
  readonly #partitions = new Map<number, Pending>()
  readonly #stop = new AbortController()

  constructor(options: WriteBehindOptions) {
    this.#options = options
  }

  /** Stores what `value` gives at the end of this turn, null for nothing; `stored` runs when it is. */
  put(partition: number, field: string, value: () => Uint8Array | null, stored?: () => void): void {
    const pending = this.#pending(partition)
    pending.records.set(field, value)
    if (stored) pending.stored.push(stored)
    this.#schedule(partition, pending)
  }

  append(partition: number, field: string, item: Uint8Array): void {
    const pending = this.#pending(partition)
    const run = pending.lists.get(field)
    if (run) run.push(item)
    else pending.lists.set(field, [item])
    this.#schedule(partition, pending)
  }

  dropList(partition: number, field: string): void {
    const pending = this.#pending(partition)
    // What was to be added before has no effect: so a list that is replaced again and again takes no more room.
    pending.lists.set(field, [null])
    this.#schedule(partition, pending)
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
    const { service, kind, ownership, log } = this.#options
    const changes = [...pending.records].map(([field, value]): Change => ({ field, value: value() }))
    const lists = pending.lists
    const stored = pending.stored
    pending.records = new Map()
    pending.lists = new Map()
    pending.stored = []
    while (!this.#stop.signal.aborted) {
      const epoch = ownership.heldEpochOf(partition)
      if (epoch === 0) return
      if (!ownership.current) {
        // The lease ran out while the store is away; it may still be ours when it is back.
        await this.#pause()
        continue
      }
      try {
        if (!(await this.#store({ service, partition, epoch }, changes, lists))) {
          log.warn('record_write_fenced', { kind, partition, epoch })
          return
        }
        for (const done of stored) done()
        return
      } catch (error) {
        log.warn('record_write_waits', { partition, reason: (error as Error).message })
        await this.#pause()
      }
    }
  }

  #pause(): Promise<void> {
    return sleep(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }

  /** A list is there before a record that speaks of it, and goes after the record says otherwise. */
  async #store(place: Place, changes: readonly Change[], lists: Lists): Promise<boolean> {
    const { live } = this.#options
    const dropped: string[] = []
    for (const [field, run] of lists) {
      const items = run.filter((item) => item !== null)
      if (items.length === 0) dropped.push(field)
      else {
        if (run[0] === null && !(await live.dropList(place, field))) return false
        if (!(await live.append(place, field, items))) return false
      }
    }
    if (changes.length > 0 && !(await live.write(place, changes))) return false
    for (const field of dropped) if (!(await live.dropList(place, field))) return false
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
