import type { Envelope, InstanceId, Kind } from '@heliograph/bus'

/** Why a transfer ended. `taken`: the owner has custody. Otherwise nothing was done with it anywhere, and it can be bounced. */
export type Outcome = 'taken' | 'expired' | 'full'

/** Handles envelopes for keys of this instance's kind, in order of arrival per sender. Must not throw. */
export type Serve = (envelope: Envelope, from: InstanceId) => void

/**
 * Carries envelopes to the owners of keys, whoever they are at the moment.
 *
 * Order per (this instance, partition) holds through owner changes: on a change everything not yet taken is sent again, in order,
 * before anything newer. So a receiver can see an envelope twice, never out of order; it recognises a repetition by its ingress id.
 */
export interface Router {
  /** To the owner of `key`; waits (bounded) while there is none. No receipt: the caller repairs after `onOwner` itself. */
  send(kind: Kind, key: string, envelope: Envelope): void
  /**
   * To the owner of `key`, again after each change of owner, until its receipt. `settle` is called once. `expired` only for an
   * envelope no owner could be given within the hand-over limit; `full` when a bound was hit.
   */
  transfer(kind: Kind, key: string, envelope: Envelope, settle: (outcome: Outcome) => void): void
  /**
   * One envelope to `instance` for its `recipients`, repeated until taken. `settle` gets the recipients that the instance doesn't own
   * (to be resolved anew), and all of them if it departed.
   */
  multicast(to: InstanceId, envelope: Envelope, settle: (strays: readonly string[]) => void): void
  /** To one instance, no receipt (answers to edges). False when its queue is at its bound. */
  tell(to: InstanceId, envelope: Envelope): boolean
  /** Answers a transfer of `from`. Receipts of one turn travel together. */
  receipt(from: InstanceId, transfer: number): void
  /** Answers a multicast: taken, but for these recipients, which are not owned here. */
  strays(from: InstanceId, transfer: number, recipients: readonly string[]): void
  /** Keyed envelopes for partitions served here. Those for others are answered `moved` without reaching `serve`. */
  serve(handler: Serve): void
  /** Envelopes addressed to this instance itself (edge operations, multicasts). */
  serveInstance(handler: Serve): void
  /** Transfers not yet settled. */
  readonly outstanding: number
}
