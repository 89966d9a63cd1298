import type { Stanza } from '@heliograph/stanza'
import type { Batch } from '../multicast/batch.ts'
import type { Obligation } from '../users/custody.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** A stanza from one of the user's clients, on its way out. Stages that owe something hold the obligation until it is done. */
export interface Sent {
  readonly user: User
  readonly resource: Resource
  readonly stanza: Stanza
  readonly obligation: Obligation
  /** Ingress id. */
  readonly stream: string
  readonly count: number
  readonly trace: string
  /** Where it is one of the copies of a stanza for several. */
  readonly batch?: Batch
}
