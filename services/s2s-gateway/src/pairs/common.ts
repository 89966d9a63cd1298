import type { Gate } from '@heliograph/ownership'
import type { MulticastServices } from '../multicast/services.ts'
import type { openStream } from '../outbound/open-stream.ts'
import type { Keeping } from '../queue/spool.ts'
import type { Shares } from '../shares.ts'

/** What all pairs of an instance have together. */
export interface Common {
  readonly open: typeof openStream
  /** To set up a stream. */
  readonly connects: Gate
  /** Of what may wait here, among the other domains. */
  readonly shares: Shares
  readonly services: MulticastServices
  /** Undefined where nothing outlives instances. */
  readonly keeping?: Keeping | undefined
}
