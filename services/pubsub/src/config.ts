import type { HeliographConfig } from '@heliograph/config'
import { type BareJid, ensureBare } from '@heliograph/jid'

/** What the pubsub service goes by. */
export interface PubsubConfig {
  /** They may do with nodes what their owners may, and make as many as they like. */
  readonly admins: readonly BareJid[]
  /** Nodes that one user may have made. */
  readonly nodesPerUser: number
  /** Addresses of one user that may be subscribed to one node. */
  readonly subscriptionsPerUser: number
  /** Bytes of items in one answer: a page leaves room in the queue of a session. */
  readonly pageBytes: number
  /** Requests that wait for one node before further ones are refused. */
  readonly mailboxBound: number
  /** A node to which nothing happens leaves memory after this. */
  readonly idleNodeMs: number
  /** Addresses of subscribers that are kept in memory, of all nodes together. */
  readonly cachedRecipients: number
}

export function pubsubConfig({ admins, streamManagement }: HeliographConfig): PubsubConfig {
  return {
    admins: admins.map(ensureBare),
    nodesPerUser: 1_000,
    subscriptionsPerUser: 20,
    pageBytes: Math.min(1_048_576, streamManagement.maxUnackedBytes >> 2),
    mailboxBound: 5_000,
    idleNodeMs: 60_000,
    cachedRecipients: 500_000,
  }
}
