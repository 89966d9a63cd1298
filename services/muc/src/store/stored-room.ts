import type { BareJid } from '@heliograph/jid'
import type { Affiliation } from '../authority/standing.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { StoredHats } from '../hats/room-hats.ts'

/** What a room was last about. An empty text: nothing any more. */
export interface Subject {
  readonly text: string
  /** The nick of who set it. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One who is known to a room: a user, or all users of a domain. */
export interface Affiliate {
  readonly jid: BareJid
  readonly affiliation: Affiliation
  /** Reserved for him (XEP-0045 §7.10). */
  readonly nick?: string | undefined
  readonly reason?: string | undefined
}

/** A user who has what is said in a room sent to him while he isn't there (MUC/Sub). */
export interface Subscription {
  readonly jid: BareJid
  readonly nick: string
  readonly nodes: readonly SubscribedNode[]
  /** Sequence of the room: what isn't newer he has had another way, or wasn't for him. */
  readonly since: number
}

/** What subscribers can be told of: what is said, and of what. */
export const SUBSCRIBED_NODES = Object.freeze(['messages', 'subject'] as const)

export type SubscribedNode = (typeof SUBSCRIBED_NODES)[number]

/** A room's vCard (XEP-0486). */
export interface RoomVcard {
  readonly xml: string
  /** SHA-1 of the avatar in each of its formats. */
  readonly avatarHashes: readonly string[]
}

/** All of a room that outlives its owner. */
export interface StoredRoom {
  readonly jid: BareJid
  readonly creator: BareJid
  /** Milliseconds since 1970. */
  readonly created: number
  /** Nobody but its owners may enter before it is configured (XEP-0045 §10.1). */
  readonly locked: boolean
  readonly config: RoomConfig
  readonly subject: Subject | undefined
  readonly vcard: RoomVcard | undefined
  readonly hats: StoredHats | undefined
  readonly affiliates: readonly Affiliate[]
  readonly subscriptions: readonly Subscription[]
}
