import { Kind } from '@heliograph/bus'

/** The service whose instances own the partitions of each kind. `Kind.instance` stands for the edges, which own none. */
export const serviceOf: Readonly<Record<Kind, string>> = {
  [Kind.instance]: 'connection-manager',
  [Kind.user]: 'session',
  [Kind.presence]: 'presence-fanout',
  [Kind.room]: 'muc',
  [Kind.node]: 'pubsub',
  [Kind.domain]: 's2s-gateway',
}
