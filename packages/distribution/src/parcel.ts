import type { Haste, Kind } from '@heliograph/bus'
import type { Stanza } from '@heliograph/stanza'

/** One stanza for many recipients. */
export interface Parcel {
  /** Without `to`: each recipient finds the address in it that it is listed under. */
  readonly stanza: Stanza
  /**
   * Full or bare JIDs, of local users or of other domains. The array must not change afterwards; handing over the same array again costs
   * nothing.
   */
  readonly recipients: readonly string[]
  /** Microseconds of an id clock; greater than that of every parcel of this source before. */
  readonly sequence: number
  /** W3C traceparent of a sampled stanza. */
  readonly trace?: string
  /** `turn` unless said otherwise: presence gathers. */
  readonly haste?: Haste
}

/** Whose parcels they are: a room, a node. */
export interface Source {
  readonly kind: Kind
  /** Its mailbox key, by which receivers tell sources apart. */
  readonly key: string
  /** Where it isn't that of the key. */
  readonly partition?: number
}
