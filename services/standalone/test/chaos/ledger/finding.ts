/** What a finding is about: one of the promises that a run is judged by. */
export const CONCERNS = {
  lost: 'Nothing acknowledged is lost',
  repeated: 'Nothing comes twice',
  reordered: 'Order between two addresses is kept',
  archive: 'The archive has each message once, in order',
  session: 'A session with XEP-0198 outlives an edge or an owner',
  occupant: 'Occupants stay in their rooms, and nobody sees them leave or enter again',
  presence: 'Watchers are told of each change of presence, and of nothing else',
  ghost: 'No session, occupant or presence of somebody who is gone',
  stuck: 'Everything is served again soon after each fault, and everything asked is answered',
  process: 'Only who was killed ends; who is drained ends in order',
} as const

export type Concern = keyof typeof CONCERNS

/** Something that the ledger has wrong. */
export interface Finding {
  readonly concern: Concern
  /** Which kind of traffic: `chat`, `room`, `unlogged room`, `private`, `letter`, `node`, `presence` … */
  readonly kind: string
  readonly what: string
  /** Into the run, ms. */
  readonly atMs: number
  /** Which bound of the design covers it; absent: a violation. */
  readonly excuse?: string
}
