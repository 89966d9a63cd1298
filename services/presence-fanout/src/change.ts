import type { InstanceId } from '@heliograph/bus'
import type { Stanza } from '@heliograph/stanza'

/** A presence change of one resource, as its owner sent it. */
export interface Change {
  readonly stanza: Stanza
  /** Grows with each change of the resource. 0 for a probe. */
  readonly revision: number
  readonly rosterVersion: number
  /** Contacts that it must not reach: the publisher blocks them. */
  readonly except?: readonly string[] | undefined
  /** Contacts that alone may hear of it. */
  readonly only?: readonly string[] | undefined
  /** Of news of a node: which, as owners of contacts are told. */
  readonly body?: Uint8Array | undefined
  readonly trace: string
  /** Monotonic milliseconds. */
  readonly arrived: number
  readonly receipts: readonly Receipt[]
}

/** Whom to tell that every destination has taken the change. */
export interface Receipt {
  readonly from: InstanceId
  readonly transfer: number
}

/** The newer of two changes; it answers for both. */
export function supersede(older: Change, newer: Change): Change {
  return { ...newer, arrived: older.arrived, receipts: [...older.receipts, ...newer.receipts] }
}
