import { randomUUID } from 'node:crypto'
import type { Change, Heartbeat, LiveState, Place, Renewal, Standing } from './live-state.ts'
import { MemoryLeases } from './memory-leases.ts'

/** Counters kept; past it the oldest is forgotten. */
const MOST_COUNTS = 100_000

interface Shelf {
  fence: number
  readonly records: Map<string, Buffer>
  readonly lists: Map<string, Buffer[]>
}

interface Count {
  value: number
  expires: number
}

export interface MemoryLiveStateOptions {
  /** Milliseconds; default the wall clock, because epochs must exceed those of earlier processes. */
  readonly now?: () => number
  /**
   * Whether leases run out. Default false: services of one process die together, and a stalled event loop must not cost anyone
   * its partitions; only `leave` ends a lease, and nothing waits for the store to settle.
   */
  readonly lapse?: boolean
}

/** Live state of a single process, shared by all its services. Everything is gone with the process. */
export class MemoryLiveState implements LiveState {
  readonly #now: () => number
  readonly #lapse: boolean
  readonly #leases = new Map<string, MemoryLeases>()
  readonly #shelves = new Map<string, Shelf>()
  readonly #counts = new Map<string, Count>()

  constructor(options: MemoryLiveStateOptions = {}) {
    this.#now = options.now ?? Date.now
    this.#lapse = options.lapse ?? false
  }

  heartbeat(beat: Heartbeat): Promise<Renewal> {
    return Promise.resolve(this.#leasesOf(beat.service).heartbeat(beat, randomUUID()))
  }

  standing(service: string): Promise<Standing> {
    return Promise.resolve(this.#leasesOf(service).standing())
  }

  leave(service: string, instance: string): Promise<void> {
    this.#leasesOf(service).leave(instance)
    return Promise.resolve()
  }

  expel(service: string, instances: readonly string[]): Promise<void> {
    this.#leasesOf(service).expel(instances)
    return Promise.resolve()
  }

  write(place: Place, changes: readonly Change[]): Promise<boolean> {
    const shelf = this.#fenced(place)
    if (!shelf) return Promise.resolve(false)
    for (const { field, value } of changes) {
      if (value) shelf.records.set(field, kept(value))
      else shelf.records.delete(field)
    }
    return Promise.resolve(true)
  }

  read(place: Omit<Place, 'epoch'>): Promise<Map<string, Buffer>> {
    return Promise.resolve(new Map(this.#shelves.get(shelfKey(place))?.records))
  }

  append(place: Place, field: string, items: readonly Uint8Array[]): Promise<boolean> {
    const shelf = this.#fenced(place)
    if (!shelf) return Promise.resolve(false)
    const list = shelf.lists.get(field) ?? []
    for (const item of items) list.push(kept(item))
    shelf.lists.set(field, list)
    return Promise.resolve(true)
  }

  readList(place: Omit<Place, 'epoch'>, field: string): Promise<Buffer[]> {
    return Promise.resolve([...(this.#shelves.get(shelfKey(place))?.lists.get(field) ?? [])])
  }

  dropList(place: Place, field: string): Promise<boolean> {
    const shelf = this.#fenced(place)
    shelf?.lists.delete(field)
    return Promise.resolve(shelf !== undefined)
  }

  increment(key: string, windowSeconds: number): Promise<number> {
    const known = this.#count(key)
    if (known) known.value++
    else {
      this.#makeRoom()
      this.#counts.set(key, { value: 1, expires: this.#now() + windowSeconds * 1000 })
    }
    return Promise.resolve(known?.value ?? 1)
  }

  peek(key: string): Promise<number> {
    return Promise.resolve(this.#count(key)?.value ?? 0)
  }

  reset(key: string): Promise<void> {
    this.#counts.delete(key)
    return Promise.resolve()
  }

  ping(): Promise<void> {
    return Promise.resolve()
  }

  /** Forgets everything, as a store does that restarts with empty memory. For tests. */
  clear(): void {
    for (const leases of this.#leases.values()) leases.clear()
    this.#shelves.clear()
    this.#counts.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }

  #leasesOf(service: string): MemoryLeases {
    let leases = this.#leases.get(service)
    if (!leases) {
      leases = new MemoryLeases({ now: this.#now, lapse: this.#lapse })
      this.#leases.set(service, leases)
    }
    return leases
  }

  /** The shelf of a partition, raised to the epoch of `place`; undefined when a higher epoch has written. */
  #fenced(place: Place): Shelf | undefined {
    const key = shelfKey(place)
    let shelf = this.#shelves.get(key)
    if (!shelf) {
      shelf = { fence: 0, records: new Map(), lists: new Map() }
      this.#shelves.set(key, shelf)
    }
    if (place.epoch < shelf.fence) return undefined
    shelf.fence = place.epoch
    return shelf
  }

  #count(key: string): Count | undefined {
    const count = this.#counts.get(key)
    if (!count || count.expires > this.#now()) return count
    this.#counts.delete(key)
    return undefined
  }

  /** Keeps what nobody asks for again from piling up: counters are keyed by addresses that anyone can vary. */
  #makeRoom(): void {
    if (this.#counts.size >= 4096 && (this.#counts.size & 1023) === 0) {
      const now = this.#now()
      for (const [key, count] of this.#counts) if (count.expires <= now) this.#counts.delete(key)
    }
    const oldest = this.#counts.keys().next()
    if (this.#counts.size >= MOST_COUNTS && !oldest.done) this.#counts.delete(oldest.value)
  }
}

/** A copy in memory of its own: a small piece of Node's pool would keep the whole of it. */
function kept(value: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(value.length)
  copy.set(value)
  return copy
}

function shelfKey(place: Omit<Place, 'epoch'>): string {
  return `${place.service}.${place.partition}`
}
