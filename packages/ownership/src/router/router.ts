import type { Envelope, InstanceId, Kind } from '@heliograph/bus'
import type { Owner } from '../ownership.ts'

/** Why a transfer ended. `taken`: the owner has custody. Otherwise nothing was done with it anywhere, and it can be bounced. */
export type Outcome = 'taken' | 'expired' | 'full'

/** Handles envelopes for keys of this instance's kind, in order of arrival per sender. Must not throw. */
export type Serve = (envelope: Envelope, from: InstanceId) => void

/**
 * Carries envelopes to the owners of keys, whoever they are at the moment.
 *
 * Order per (this instance, partition) holds through owner changes: on a change everything not yet taken is sent again, in order,
 * before anything newer. So a receiver can see an envelope twice, never out of order; it recognises a repetition by its ingress id.
 *
 * An envelope given to the router is the router's: it sets `kind`, `key`, `partition`, `transfer` and `attempt`.
 */
export interface Router extends AsyncDisposable {
  /** To the owner of `key`; waits (bounded) while there is none. No receipt: the caller repairs in `onRoute`. */
  send(kind: Kind, key: string, envelope: Envelope): void
  /**
   * To the owner of `key`, again after each change of owner, until its receipt. `settle` is called once, never before `transfer`
   * returns. `expired` only for an envelope no owner could be given within the hand-over limit; `full` when a bound was hit.
   */
  transfer(kind: Kind, key: string, envelope: Envelope, settle: (outcome: Outcome) => void): void
  /**
   * One envelope to `instance` for its `recipients`, repeated until taken. `settle` gets the recipients that the instance doesn't own
   * (to be resolved anew), and all of them if it departed or lags beyond the bound. What one instance gets comes in the order sent.
   */
  multicast(to: InstanceId, envelope: Envelope, settle: (strays: readonly string[]) => void): void
  /** To one instance, no receipt (answers to edges). False when its queue is at its bound. */
  tell(to: InstanceId, envelope: Envelope): boolean
  /** Runs `task` once at the end of this turn, before what is queued leaves (`Links.beforeFlush`). */
  beforeFlush(task: () => void): void
  /** Answers a transfer of `from`. Receipts of one turn travel together. */
  receipt(from: InstanceId, transfer: number): void
  /** Answers a multicast: taken, but for these recipients, which are not owned here. */
  strays(from: InstanceId, transfer: number, recipients: readonly string[]): void
  /**
   * Keyed envelopes for partitions served here. Those for others are answered `moved` without reaching `serve`, those for partitions that
   * are still loading wait, those emitted under an epoch lower than one already seen are dropped.
   */
  serve(handler: Serve): void
  /** Envelopes addressed to this instance itself (edge operations, multicasts). */
  serveInstance(handler: Serve): void
  /**
   * Called whenever the route to a partition of `kind` is set up anew: a new owner, a new epoch, or the same owner after it refused
   * something. Plain sends made before may be lost. What the handler sends to this partition goes ahead of the transfers that are sent again.
   */
  onRoute(kind: Kind, handler: (partition: number, owner: Owner) => void): void
  /** Resolves when every transfer emitted in the name of our `partition` (its `emitterPartition`) up to now has been settled. */
  settled(partition: number): Promise<void>
  /** Transfers and multicasts not yet settled. */
  readonly outstanding: number
  /** Stops timers and resolves nothing more. */
  [Symbol.asyncDispose](): Promise<void>
}
