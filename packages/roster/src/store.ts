import type { BareJid } from '@heliograph/jid'
import type { Roster, RosterItem } from './roster.ts'

/** Rosters in Postgres. Writes are fenced: they throw `FencedError` once this instance was shut out. */
export interface RosterStore {
  load(user: BareJid): Promise<Roster>
  /** Stores an item; resolves with the roster's new version. */
  put(user: BareJid, item: RosterItem): Promise<number>
  /** Removes an item; resolves with the roster's new version. */
  remove(user: BareJid, contact: BareJid): Promise<number>
  /** Changes since `version`, oldest first; undefined when that is too long ago, and the whole roster is to be sent. */
  changesSince(user: BareJid, version: number): Promise<readonly RosterChange[] | undefined>
  /** Contacts that see `user`'s presence, and those whose presence `user` sees, with the version that this holds for. */
  watchers(user: BareJid): Promise<{ subscribers: BareJid[]; subscribedTo: BareJid[]; version: number }>
  /** Everything of a deleted account. */
  erase(user: BareJid): Promise<void>
}

export interface RosterChange {
  readonly version: number
  readonly jid: BareJid
  /** Undefined: removed. */
  readonly item: RosterItem | undefined
}
