import type { Envelope, InstanceId } from './envelope.ts'

export type Receive = (from: InstanceId, envelope: Envelope) => void

/**
 * The ordered, acknowledged channels from this instance to every other.
 *
 * Guarantees, for a pair of instances that both live: envelopes are received in the order sent, each exactly once, also when
 * the bus loses frames or restarts. If the peer is gone nothing is guaranteed: whoever needs more keeps the envelope until a receipt
 * (`Router.transfer`). `receive` handlers run synchronously, a whole frame in one turn; they must not throw.
 */
export interface Links {
  readonly instance: InstanceId
  /**
   * Queues for the next flush: once per event-loop turn, after all sockets that were readable have been served; never runs a receiver
   * itself. False when the queue to `to` is at its bound or `to` is forgotten: nothing was queued. Sending to oneself is allowed. Throws
   * for a number that isn't an integer from 0.
   */
  send(to: InstanceId, envelope: Envelope): boolean
  /**
   * Runs `task` once, at the end of this turn: when what this instance sent itself was handed over, before anything leaves. For what is
   * gathered through a turn and goes as one envelope. It must not throw.
   */
  beforeFlush(task: () => void): void
  /** The one receiver of this instance. Envelopes that arrive before it is set wait. */
  receive(handler: Receive): void
  /** The peer is known to be dead, its id never comes back: forget what is queued for it and refuse its late frames. */
  forget(peer: InstanceId): void
  /**
   * Called when the bus says at once that nobody listens as `peer` (it may be starting, stopping, or dead); at most every 250 ms for one
   * peer. What is queued stays queued and goes when the peer comes, until `forget`.
   */
  onNoResponders(handler: (peer: InstanceId) => void): void
  /**
   * Resolves when each live peer has acknowledged all that was sent to it before this call, or after `timeoutMs`. A peer that has been absent for a
   * second isn't waited for.
   */
  settled(timeoutMs: number): Promise<void>
  /** At-most-once notice to every instance that listens on `topic`, this one included (announcements; never stanzas). */
  announce(topic: string, message: Uint8Array): void
  listen(topic: string, handler: (message: Uint8Array, from: InstanceId) => void): () => void
  /** Proves the path through the bus: a round trip to itself. Rejects on time-out. */
  ping(timeoutMs: number): Promise<void>
  /** Bytes queued or unacknowledged, over all peers. */
  readonly backlog: number
  [Symbol.asyncDispose](): Promise<void>
}
