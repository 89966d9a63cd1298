import type { InstanceId, Kind, Links } from '@heliograph/bus'
import type { LiveState } from '@heliograph/live-state'
import type { Telemetry } from '@heliograph/telemetry'
import { type Clock, systemClock } from './clock.ts'
import { ClusterOwnership } from './cluster-ownership.ts'
import type { Ownership, Tenancy } from './ownership.ts'

export interface OwnershipOptions {
  /** Whose partitions this instance's service owns; `Kind.instance` for edges. */
  readonly kind: Kind
  readonly links: Pick<Links, 'instance' | 'announce' | 'listen' | 'forget' | 'onNoResponders' | 'settled'>
  readonly liveState: LiveState
  /** What is done with partitions. Without it the instance is a member of its service that owns nothing. */
  readonly tenancy?: Tenancy
  /** Other kinds whose owners or instances this one talks to; `Kind.instance` to learn of edges that depart. */
  readonly watch: readonly Kind[]
  /** Where this instance's gRPC answers, '' (default) if nowhere. */
  readonly rpc?: string
  /** Default 3000. */
  readonly ttlMs?: number
  /** Default 750; at most a third of `ttlMs`. */
  readonly heartbeatMs?: number
  readonly telemetry: Pick<Telemetry, 'log' | 'metrics'>
  /**
   * Called once when others have taken this instance for dead. It owns nothing any more and its id must not be used again: end the
   * service (without waiting for peers) and start it anew with another instance id, links, ownership and router.
   */
  readonly lapsed: (instance: InstanceId) => void
  /** For tests. */
  readonly clock?: Clock
}

/**
 * Takes part in ownership. Nothing happens before `start`, so that handlers can be registered.
 *
 * @throws RangeError when the heartbeat isn't at least three times as fast as the lease.
 */
export function createOwnership(options: OwnershipOptions): Ownership {
  const { ttlMs = 3000, heartbeatMs = 750, clock = systemClock, rpc = '' } = options
  if (heartbeatMs <= 0 || heartbeatMs * 3 > ttlMs) {
    throw new RangeError(`heartbeats every ${heartbeatMs} ms are too slow for a lease of ${ttlMs} ms`)
  }
  return new ClusterOwnership({ ...options, ttlMs, heartbeatMs, clock, rpc })
}
