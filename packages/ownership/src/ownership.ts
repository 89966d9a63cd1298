import type { InstanceId, Kind } from '@heliograph/bus'

export const PARTITIONS = 256

/** Who owns a partition, as last announced or read. */
export interface Owner {
  readonly instance: InstanceId
  readonly epoch: number
}

/** What a service does with the partitions it is given. */
export interface Tenancy {
  /**
   * These instances lost partitions without knowing it, and may still run: keep them from writing (in Postgres). Called before `load` of
   * what was taken from them; retried while it rejects.
   */
  fence?(instances: readonly InstanceId[]): Promise<void>
  /**
   * A partition became ours, and lower epochs can't write to its live state. Envelopes for it wait until this resolves; retried while it
   * rejects. `usurped`: an owner since the last hand-over in order lost it without that, so its live state may be older than what that one did.
   */
  load(partition: number, epoch: number, usurped: boolean): Promise<void>
  /**
   * First part of a planned hand-over: resolves when everything emitted in the partition's name is taken (`Router.settled`). Edges are
   * refused already, other owners are still let in: they, too, may wait for us to take something before they can hand over.
   */
  settle?(partition: number): Promise<void>
  /**
   * A partition stops being ours.
   * `handover`: planned; finish what is in the mailboxes, await `Router.settled(partition)`, flush, then resolve: only then does the next
   * owner begin. New envelopes are no longer let in, `epochOf` still holds. If it rejects the partition is given up all the same.
   * `lost`: the lease lapsed; forget the state at once and write nothing.
   */
  unload(partition: number, reason: 'handover' | 'lost'): Promise<void>
  /** The live state came back empty: write what this partition keeps there again. Retried while it rejects. */
  restore?(partition: number, epoch: number): Promise<void>
}

/**
 * What a partition of our own kind is to this instance. `pending`: ours, but still loading, or ours as far as we know while our lease has
 * run out and can't be renewed: its envelopes wait. `settling`: it is to be handed over, and lets in
 * only what others emit in the name of theirs. `leaving`: it is being handed over and takes nothing new.
 */
export type Phase = 'none' | 'pending' | 'served' | 'settling' | 'leaving'

/**
 * This instance's part in owning the partitions of one kind (its own service's), and its view of all kinds it routes to.
 *
 * Guarantees: at most one instance believes at any time that it owns a partition (judged by its own monotonic clock against the
 * lease it renewed); epochs of a partition only grow. An instance whose lease lapsed drops everything before its next envelope is handled.
 */
export interface Ownership extends AsyncDisposable {
  /** The kind whose partitions this instance's service owns; `Kind.instance` for edges, which own none. */
  readonly kind: Kind
  readonly instance: InstanceId
  /**
   * Joins the service and begins to claim. Register handlers before. Resolves when members and owners of every watched kind have been read,
   * which takes as long as the live state is out of reach; partitions may come later (`onPhase`).
   */
  start(): Promise<void>
  /** Epoch under which this instance acts for `partition` now (`served` or `leaving`), 0 if it may not (also when the lease has run out). */
  epochOf(partition: number): number
  /**
   * Epoch under which this instance speaks for `partition`: also while it loads, and while the lease has run out and nobody is known to
   * have taken over. 0 once it is another's. Who has heard of a successor refuses what was said under it.
   */
  heldEpochOf(partition: number): number
  phaseOf(partition: number): Phase
  /** True while the lease is fresh. Cheap: checked before each batch of work. */
  readonly current: boolean
  ownerOf(kind: Kind, partition: number): Owner | undefined
  /** Live instances of a service, with their gRPC addresses. `Kind.instance`: the edges. */
  members(kind: Kind): readonly { readonly instance: InstanceId; readonly rpc: string }[]
  /** Called when a partition of `kind` gets an owner or a new epoch (in this instance's view). */
  onOwner(kind: Kind, handler: (partition: number, owner: Owner) => void): void
  /** Called when a partition of our own kind changes its phase. */
  onPhase(handler: (partition: number, phase: Phase) => void): void
  /** Called once when an instance of a watched service, or of our own, left or its lease expired. Its links are forgotten by then. */
  onDeparture(handler: (instance: InstanceId) => void): void
  /** Reads who owns what at once, when there is reason to think that the view is old. Never rejects. */
  refresh(kind: Kind): Promise<void>
  /** Hands over every partition, some at a time, and takes none again. Resolves when the last is given up. */
  drain(): Promise<void>
  /**
   * Leaves the service once what was sent has arrived: what is still held is free to claim, unloaded as `lost`. Drain first, and let the
   * router's transfers settle.
   */
  [Symbol.asyncDispose](): Promise<void>
}
