import { type BlockListName, listNamed } from '@heliograph/block-lists'
import type { HeliographConfig } from '@heliograph/config'
import { type BareJid, ensureBare } from '@heliograph/jid'
import type { Question } from '@heliograph/questions'
import { canonicalConfig, DEFAULT_CONFIG } from './forms/config-form.ts'
import type { RoomConfig } from './forms/room-config.ts'
import type { Rates } from './limits/room-pace.ts'

/** What the muc service reads of the configuration. */
export interface MucConfig {
  /** Who may make rooms. */
  readonly creation: 'anyone' | 'users' | 'admins'
  readonly admins: readonly BareJid[]
  /** Rooms that one user may have made. */
  readonly perUser: number
  /** Occupants of one room; its own configuration may say less. */
  readonly maxOccupants: number
  /** A room with more tells nobody of who enters, unless he moderates it. */
  readonly shownOccupants: number
  /** Who follow one room without being there. */
  readonly maxFollowers: number
  readonly rates: Rates
  /** What a room is like whose owner said nothing. */
  readonly defaults: RoomConfig
  /** What owners can't change. */
  readonly fixed: readonly (keyof RoomConfig)[]
  /** What rooms may ask on entering. */
  readonly questions: readonly Question[]
  /** Where edges answer web browsers, for those whose clients show no questions. */
  readonly publicUrl: string | undefined
  readonly blockLists: readonly BlockListName[]
  readonly archive: {
    readonly enabled: boolean
    readonly queueBytes: number
    readonly degradeAfterMs: number
    readonly pageMax: number
    /** A page leaves room in the queue of a session, or large messages could never be read. */
    readonly pageBytes: number
    readonly search: boolean
  }
  /** Stanzas that wait for one room before further ones are refused. */
  readonly mailboxBound: number
  /** A room in which nobody is leaves memory after this. */
  readonly idleRoomMs: number
}

export function mucConfig(config: HeliographConfig): MucConfig {
  const { rooms, archive, admins, streamManagement, web } = config
  return {
    creation: rooms.creation,
    admins: admins.map(ensureBare),
    perUser: rooms.perUser,
    maxOccupants: rooms.maxOccupants,
    shownOccupants: rooms.shownOccupants,
    maxFollowers: rooms.maxFollowers,
    rates: {
      occupant: { perSecond: rooms.occupantRate.perSecond, burst: rooms.occupantRate.burst },
      room: { perSecond: rooms.roomRate.perSecond, burst: rooms.roomRate.burst },
    },
    defaults: canonicalConfig({ ...DEFAULT_CONFIG, ...rooms.defaults }),
    fixed: rooms.questions.length > 0 ? rooms.fixed : [...rooms.fixed, 'captchaProtected'],
    questions: rooms.questions,
    publicUrl: web.publicUrl,
    blockLists: config.blockLists.map(listNamed),
    archive: {
      enabled: archive.enabled,
      queueBytes: archive.queueBytes,
      degradeAfterMs: archive.degradeAfterMs,
      pageMax: archive.pageMax,
      pageBytes: Math.min(1_048_576, streamManagement.maxUnackedBytes >> 2),
      search: archive.search,
    },
    mailboxBound: 5_000,
    idleRoomMs: 60_000,
  }
}
