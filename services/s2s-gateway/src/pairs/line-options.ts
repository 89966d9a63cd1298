import type { Domain } from '@heliograph/jid'
import type { FederationContext } from '../federation/federation-context.ts'
import type { Spool } from '../queue/spool.ts'
import type { Shares } from '../shares.ts'

/** What a line is made of. */
export interface LineOptions {
  readonly context: FederationContext
  readonly remote: Domain
  readonly partition: number
  readonly key: string
  readonly shares: Shares
  /** Undefined where nothing outlives instances. */
  readonly spool: Spool | undefined
  /** There is something to be written. */
  readonly more: () => void
}
