import type { Domain } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'

/** Who takes what is for a component: a stream, or a part of this instance. */
export interface Bearer {
  readonly domain: Domain
  readonly number: number
  /** `settle` is told, once, whether it is taken. */
  deliver(stanza: Stanza, settle: (isTaken: boolean) => void): void
}
