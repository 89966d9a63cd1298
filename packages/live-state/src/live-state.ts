/** A member of a service as its lease record says. `rpc` is where its gRPC answers, '' if nowhere. */
export interface Member {
  readonly instance: string
  readonly rpc: string
  /** It hands over what it owns and takes nothing more. */
  readonly draining: boolean
}

/** A partition under the epoch it was granted with. Epochs of a partition only grow, also when the store comes back empty. */
export interface Lease {
  readonly partition: number
  readonly epoch: number
}

/** Who holds a partition. */
export interface Holding extends Lease {
  readonly instance: string
  /**
   * Earlier holders whose lease expired (they didn't release) since the partition was last released in order, at most eight. They
   * may not know it yet: the holder fences them everywhere before it loads.
   */
  readonly usurped: readonly string[]
}

/** A partition given up after hand-over. */
export interface Release extends Lease {
  /** The member that gets it at once, under a new epoch; '' to leave it free. If that one is gone or draining it is left free. */
  readonly to: string
  /** It was loaded here, so those it was usurped from have been fenced. */
  readonly served: boolean
}

export interface Heartbeat {
  readonly service: string
  readonly member: Member
  readonly ttlMs: number
  /** `Standing.storeId` as last seen, '' before the first heartbeat. */
  readonly storeId: string
  /** Partitions to claim now: granted where free, released, or held by an instance whose lease has expired. */
  readonly claim: readonly number[]
  /** Not done where `storeId` isn't the store's any more. */
  readonly release: readonly Release[]
  /** Holdings this instance believes it has; re-established where the store lost its record (restart with empty memory). */
  readonly held: readonly Lease[]
  /** The highest epoch this instance knows of in its service: what is granted now is above it. */
  readonly above: number
}

/** Members and holdings of a service. */
export interface Standing {
  readonly members: readonly Member[]
  /** Every partition that is held by anybody, whether or not the holder still lives. */
  readonly holdings: readonly Holding[]
  /** Changes when the store came back empty: owners write their live state again. '' while nobody has joined. */
  readonly storeId: string
  /**
   * False for one TTL after the store came back empty, or was out of reach for all of the service: who is missing may only be late.
   * In that time nothing is granted but what was released in order by a member, and nobody is to be taken for dead.
   */
  readonly settled: boolean
}

export interface Renewal extends Standing {
  /**
   * False: the lease had expired before this heartbeat, and others may have seen it (or the store came back empty and settled without this
   * instance). Everything held is lost; this id must not return.
   */
  readonly alive: boolean
}

/**
 * What is live and shared: leases, recovery copies of live sessions, counters. Adapters: Redis (cluster), memory (standalone).
 *
 * Leases: an instance is a member of its service from its first heartbeat until `leave` or until `ttlMs` after its last one (by the
 * store's clock, so never before `ttlMs` after it was sent). Once others were told that it expired, it stays out for an hour. A
 * partition has one holder at a time; a holder keeps its partitions as long as it is a member.
 *
 * Records: `write`, `append` and `dropList` are fenced: each names (service, partition, epoch), and from the first write under an
 * epoch on (an empty one will do) every lower epoch is refused. A new owner therefore writes once before it reads; what it reads
 * afterwards can't change under it. The fence is kept with the records, not with the leases, which may live on another server.
 *
 * Operations reject only when the store is unreachable or slower than its time-out; then they may or may not have been done.
 */
export interface LiveState {
  /** Renews the lease of `member` and settles claims, atomically. */
  heartbeat(beat: Heartbeat): Promise<Renewal>
  /** Members and holdings of a service, for those who only route to it. */
  standing(service: string): Promise<Standing>
  /** Ends the lease at once (clean stop): what it still held is free to claim, once the store is settled. The instance can't join again. */
  leave(service: string, instance: string): Promise<void>

  /**
   * Ends the leases of others that were seen to depart: a store that came back empty doesn't know that they must not return. What
   * they hold can be claimed as from holders that expired.
   */
  expel(service: string, instances: readonly string[]): Promise<void>

  /** Applies changes to the records of one partition, all or none. `value` null deletes. Resolves false when fenced off. */
  write(place: Place, changes: readonly Change[]): Promise<boolean>
  /** All records of a partition. */
  read(place: Omit<Place, 'epoch'>): Promise<Map<string, Buffer>>
  /** Appends to the list `field` of a partition; lists are apart from records. Resolves false when fenced off. */
  append(place: Place, field: string, items: readonly Uint8Array[]): Promise<boolean>
  readList(place: Omit<Place, 'epoch'>, field: string): Promise<Buffer[]>
  dropList(place: Place, field: string): Promise<boolean>

  /** Adds one to a counter that disappears `windowSeconds` after its first increment. Resolves the new count. */
  increment(key: string, windowSeconds: number): Promise<number>
  /** The count, 0 when there is none. */
  peek(key: string): Promise<number>
  reset(key: string): Promise<void>

  /** Proves the path to the store. Rejects when it doesn't answer within `timeoutMs`. */
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
