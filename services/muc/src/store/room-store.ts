import type { BareJid, Domain } from '@heliograph/jid'
import type { RsmRequest } from '@heliograph/stanza'
import type { RoomConfig } from '../forms/room-config.ts'
import type { StoredHats } from '../hats/room-hats.ts'
import type { Affiliate, RoomVcard, StoredRoom, Subject, Subscription } from './stored-room.ts'
import type { RoomOfUser } from './subscriptions.ts'

export interface NewRoom {
  readonly jid: BareJid
  readonly creator: BareJid
  readonly config: RoomConfig
  readonly locked: boolean
  /** Those who are known from the start; its creator is an owner without being named. */
  readonly affiliates?: readonly Affiliate[]
}

export interface ListedRoom {
  readonly jid: BareJid
  readonly name: string
}

/** What is looked for in the listed rooms of a service. */
export interface RoomSearch {
  readonly domain: Domain
  /** In lower case; none: all rooms. */
  readonly terms: readonly string[]
  readonly inName: boolean
  readonly inDescription: boolean
  readonly inAddress: boolean
  /** Only rooms after, or the last ones before, that address. */
  readonly after: string
  readonly before: string | undefined
  readonly max: number
}

export interface FoundRoom extends ListedRoom {
  readonly config: RoomConfig
}

/** What an administrator is told of a room without asking its owner. */
export interface KnownRoom extends ListedRoom {
  readonly creator: BareJid
  /** Milliseconds since 1970. */
  readonly created: number
  readonly listed: boolean
  readonly persistent: boolean
  readonly locked: boolean
}

export interface RoomPage {
  readonly rooms: readonly ListedRoom[]
  /** Position of the first of them among all. */
  readonly index: number
  readonly count: number
}

/** Listed rooms of a service. */
export interface RoomQuery {
  readonly domain: Domain
  readonly page: RsmRequest
}

/** Rooms in Postgres. Writes are fenced: they throw `FencedError` once this instance was shut out. */
export interface RoomStore {
  load(jid: BareJid): Promise<StoredRoom | undefined>
  /** `exists`: another was faster. `too-many`: the creator has `most` rooms already. */
  create(room: NewRoom, most: number): Promise<'created' | 'exists' | 'too-many'>
  /** Stores a configuration, and unlocks the room. */
  configure(jid: BareJid, config: RoomConfig): Promise<void>
  setSubject(jid: BareJid, subject: Subject): Promise<void>
  /** Undefined: none any more. */
  setVcard(jid: BareJid, vcard: RoomVcard | undefined): Promise<void>
  setHats(jid: BareJid, hats: StoredHats): Promise<void>
  /** All or none. Who is `none` and has no nick reserved is forgotten. */
  setAffiliates(jid: BareJid, changes: readonly Affiliate[]): Promise<void>
  setSubscription(jid: BareJid, subscription: Subscription): Promise<void>
  /** What isn't newer than `since` is not for the subscriber; nothing where he is none any more. */
  setSince(jid: BareJid, subscriber: Pick<Subscription, 'jid' | 'since'>): Promise<void>
  endSubscriptions(jid: BareJid, users: readonly BareJid[]): Promise<void>
  /** Of a user, to rooms of one service, by their addresses. */
  subscriptionsOf(user: BareJid, domain: Domain): Promise<readonly RoomOfUser[]>
  /** Rooms of a partition that have subscribers, and in whose archive is something newer than `after`. */
  followed(partition: number, after: number): Promise<readonly BareJid[]>
  /** The room and who is known to it; its archive isn't the store's. */
  destroy(jid: BareJid): Promise<void>
  /** The room, if it ends with its last occupant: it is temporary, or was never configured. False: it isn't there, or isn't such a one. */
  destroyPassing(jid: BareJid): Promise<boolean>
  /** A locked one that is like another, under another address, also instead of one that was made so before. False: there is one. */
  copy(from: BareJid, to: BareJid): Promise<boolean>
  /** Ends the one, opens its copy, and notes where it is now. */
  replace(from: BareJid, to: BareJid): Promise<void>
  /** Where the room of that address is now, if it moved. */
  movedTo(jid: BareJid): Promise<BareJid | undefined>
  /** Nobody is told any more where it is now. False: nobody was. */
  forgetMove(jid: BareJid): Promise<boolean>
  list(query: RoomQuery): Promise<RoomPage>
  /** Listed rooms in whose text all terms occur, by address. */
  search(query: RoomSearch): Promise<readonly FoundRoom[]>
  /** All rooms, of one domain or (undefined) of all, in the order of their addresses. */
  all(after: string, max: number, domain?: Domain): Promise<readonly KnownRoom[]>
  countOf(creator: BareJid): Promise<number>
  /** Rooms of a partition that are there only while somebody is in them. */
  temporary(partition: number): Promise<readonly BareJid[]>
}
