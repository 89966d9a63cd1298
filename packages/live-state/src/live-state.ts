/** A member of a service as its lease record says. `rpc` is where its gRPC answers, '' if nowhere. */
export interface Member {
  readonly instance: string
  readonly rpc: string
}

/** Who holds a partition. Epochs of a partition only grow, also when the store comes back empty. */
export interface Holding {
  readonly partition: number
  readonly instance: string
  readonly epoch: number
}

export interface Heartbeat {
  readonly service: string
  readonly member: Member
  readonly ttlMs: number
  /** Partitions to claim now: granted where free, released, or held by an instance whose lease has expired. */
  readonly claim: readonly number[]
  /** Partitions given up after hand-over. */
  readonly release: readonly number[]
  /** Holdings this instance believes it has; re-established where the store lost its record (restart with empty memory). */
  readonly held: readonly Holding[]
}

export interface Standing {
  /** False: the lease had expired before this heartbeat. Everything held is lost; the instance must take a new incarnation. */
  readonly alive: boolean
  readonly members: readonly Member[]
  /** Every partition that is held by anybody, whether or not the holder still lives. */
  readonly holdings: readonly Holding[]
  /** Holders of partitions granted in this heartbeat whose lease had expired (not released): they must be fenced before loading. */
  readonly usurped: readonly string[]
  /** Changes when the store came back empty: owners write their live state again. */
  readonly storeId: string
}

/**
 * What is live and shared: leases, recovery copies of live sessions, counters. Adapters: Redis (cluster), memory (standalone).
 *
 * Writes are fenced: each names (service, partition, epoch) and is refused when the partition's record says otherwise. Operations
 * reject only when the store is unreachable or slower than its time-out.
 */
export interface LiveState {
  /** Renews the lease of `member` and settles claims, atomically. */
  heartbeat(beat: Heartbeat): Promise<Standing>
  /** Members and holdings of a service, for those who only route to it. */
  standing(service: string): Promise<Omit<Standing, 'alive' | 'usurped'>>
  /** Ends the lease at once (clean stop): what it still held is free to claim. */
  leave(service: string, instance: string): Promise<void>

  /** Applies changes to the records of one partition, all or none. `value` null deletes. Resolves false when fenced off. */
  write(place: Place, changes: readonly Change[]): Promise<boolean>
  /** All records of a partition. */
  read(place: Omit<Place, 'epoch'>): Promise<Map<string, Buffer>>
  /** Appends to the list `field` of a partition; lists are apart from records. Resolves false when fenced off. */
  append(place: Place, field: string, items: readonly Uint8Array[]): Promise<boolean>
  readList(place: Omit<Place, 'epoch'>, field: string): Promise<Buffer[]>
  dropList(place: Place, field: string): Promise<boolean>

  /** Adds one to a counter that disappears `windowSeconds` after its first increment. */
  increment(key: string, windowSeconds: number): Promise<number>
  peek(key: string): Promise<number>
  reset(key: string): Promise<void>

  ping(timeoutMs: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Place {
  readonly service: string
  readonly partition: number
  readonly epoch: number
}

export interface Change {
  readonly field: string
  readonly value: Uint8Array | null
}
