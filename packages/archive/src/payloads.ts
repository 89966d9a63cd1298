import { NS } from '@heliograph/stanza'

/**
 * Whether something may be kept from an inactive client for a while (XEP-0352). `any`: it may. `others`: it may unless it comes from the own
 * account, which tells what another of the user's clients did. `along`: it says nothing by itself, what is beside it decides. `no`: it goes at once.
 */
export type Waits = 'any' | 'others' | 'along' | 'no'

/** What becomes of a message because it has this payload. One payload that wants something is enough; for `waits` all must agree. */
export interface Treatment {
  /** It is in the archive (XEP-0313 §5.1.1). */
  readonly archived: boolean
  /** It waits for a resource when there is none (XEP-0160 §3). */
  readonly offline: boolean
  /** It is copied to the user's other clients (XEP-0280 §6.1), whatever its type; of type chat everything is. */
  readonly copied: boolean
  /** It wakes the user (XEP-0357 §5). */
  readonly pushed: boolean
  readonly waits: Waits
}

const [y, n] = [true, false]

const CHAT_STATES = ['active', 'composing', 'paused', 'inactive', 'gone']
const ENCRYPTED = [y, y, y, y, 'no'] as const
const ALONG = [n, n, n, n, 'along'] as const

type Row = readonly [
  namespace: string,
  names: readonly string[],
  treatment: readonly [archived: boolean, offline: boolean, copied: boolean, pushed: boolean, waits: Waits],
]

/** What has no row wants nothing, and doesn't wait. */
const ROWS: readonly Row[] = [
  //                                          archived, offline, copied, pushed, waits
  [NS.client, ['body'], [y, y, y, y, 'no']],
  [NS.client, ['subject'], [n, n, n, n, 'no']],
  [NS.client, ['thread'], ALONG],
  [NS.receipts, ['received'], [y, y, y, n, 'any']],
  [NS.receipts, ['request'], ALONG],
  [NS.chatStates, CHAT_STATES, [n, n, y, n, 'any']],
  [NS.chatMarkers, ['received'], [y, y, y, n, 'any']],
  [NS.chatMarkers, ['displayed', 'acknowledged'], [y, y, y, n, 'others']],
  [NS.chatMarkers, ['markable'], ALONG],
  [NS.correction, ['replace'], [y, y, y, n, 'no']],
  [NS.reactions, ['reactions'], [y, y, y, n, 'no']],
  [NS.retraction, ['retract'], [y, y, y, n, 'no']],
  [NS.fasten, ['apply-to'], [y, y, y, n, 'no']],
  [NS.reply, ['reply'], ALONG],
  [NS.fallback, ['fallback'], ALONG],
  [NS.omemo, ['encrypted'], ENCRYPTED],
  [NS.omemo2, ['encrypted'], ENCRYPTED],
  [NS.openPgp, ['openpgp'], ENCRYPTED],
  [NS.encryption, ['encryption'], ALONG],
  [NS.conference, ['x'], [y, y, y, y, 'no']],
  // An invitation, or what a room or its occupants say: isCopied looks.
  [NS.mucUser, ['x'], [y, y, n, y, 'no']],
  [NS.jingleMessage, ['propose'], [y, y, y, y, 'no']],
  // The phone that rings shall stop.
  [NS.jingleMessage, ['retract'], [y, y, y, y, 'no']],
  [NS.jingleMessage, ['accept', 'reject', 'finish'], [y, y, y, n, 'no']],
  [NS.jingleMessage, ['ringing', 'proceed'], [n, n, y, n, 'no']],
  [NS.pubsubEvent, ['event'], [n, n, n, n, 'others']],
  [NS.hints, ['store', 'no-store', 'no-permanent-store', 'no-copy'], ALONG],
  [NS.stanzaId, ['stanza-id', 'origin-id'], ALONG],
  [NS.delay, ['delay'], ALONG],
]

/** The treatment of each payload, by Clark name. */
export const treatments: ReadonlyMap<string, Treatment> = new Map(
  ROWS.flatMap(([namespace, names, [archived, offline, copied, pushed, waits]]) =>
    names.map((name) => [`{${namespace}}${name}`, { archived, offline, copied, pushed, waits }] as const),
  ),
)
