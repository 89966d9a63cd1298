import type { InstanceId, Kind } from '@heliograph/bus'

export const PARTITIONS = 256

/** Who owns a partition, as last announced or read. */
export interface Owner {
  readonly instance: InstanceId
  readonly epoch: number
}

/** What a service does with the partitions it is given. */
export interface Tenancy {
  /** A partition became ours. Envelopes for it wait until this resolves; it is retried while it rejects. */
  load(partition: number, epoch: number): Promise<void>
  /**
   * A partition stops being ours.
   * `handover`: planned; finish what is in the mailboxes, flush, then resolve: only then does the next owner begin.
   * `lost`: the lease lapsed; forget the state at once and write nothing.
   */
  unload(partition: number, reason: 'handover' | 'lost'): Promise<void>
}

/**
 * This instance's part in owning the partitions of one kind (its own service's), and its view of all kinds it routes to.
 *
 * Guarantees: at most one instance believes at any time that it owns a partition (judged by its own monotonic clock against the
 * lease it renewed); epochs of a partition only grow. An instance whose lease lapsed drops everything before its next envelope is handled.
 */
export interface Ownership {
  readonly kind: Kind
  readonly instance: InstanceId
  /** Epoch under which `partition` is served here now, 0 if it isn't (also while loading, or when the lease has run out). */
  epochOf(partition: number): number
  /** True while the lease is fresh. Cheap: checked before each batch of work. */
  readonly current: boolean
  ownerOf(kind: Kind, partition: number): Owner | undefined
  /** Live instances of a service, with their gRPC addresses. */
  members(kind: Kind): readonly { readonly instance: InstanceId; readonly rpc: string }[]
  /** Called when a partition of `kind` gets an owner or a new epoch (in this instance's view). */
  onOwner(kind: Kind, handler: (partition: number, owner: Owner) => void): void
  /** Called when an instance of the kind's service left or its lease expired. */
  onDeparture(handler: (instance: InstanceId) => void): void
  /** Hands over every partition, one after another at a bounded pace, and takes none again. */
  drain(): Promise<void>
}
