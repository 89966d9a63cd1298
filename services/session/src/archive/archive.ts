import {
  ArchiveWriter,
  type ArchiveWriterOptions,
  eraseArchive,
  type StoredMessage,
  type WaitingMessage,
} from '@heliograph/archive'
import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { ArchivePreferences } from './preferences.ts'
import { preferencesOf, preferencesText } from './preferences-text.ts'

/** What tells a new owner which of a user's messages it has already. */
export interface ArchiveTail {
  readonly lastId: number
  readonly incoming: readonly { readonly stream: string; readonly count: number }[]
  /** `origin` is null where the client gave none. */
  readonly outgoing: readonly { readonly origin: string | null; readonly stream: string; readonly count: number }[]
  /** Messages that wait for a resource. */
  readonly offline: number
  /** Undefined when the user has none. */
  readonly preferences: ArchivePreferences | undefined
}

/** Rows by which messages are recognised that a client sends again in a new session. */
const TAIL = 64
/**
 * Rows that tell a new owner what was stored but not yet confirmed to those who sent it. One commit holds at most 200, and its
 * confirmations go out in the turn that it ends.
 */
const SETTLING_TAIL = 256

/** The users' archives, with what is theirs alone: what they want in it, and what waits in it for a resource. */
export class Archive extends ArchiveWriter {
  readonly #db: Database

  constructor(options: ArchiveWriterOptions) {
    super(options)
    this.#db = options.db
  }

  /** Of an archive, with what its owner wants in it. `settling`: repetitions of what a former owner was told may come, so more is to be known. */
  async tail(owner: BareJid, settling: boolean): Promise<ArchiveTail> {
    const { rows: found } = await this.#db.query<TailRow>(
      'archive_tail',
      `(SELECT id, outgoing, stream, ingress, origin, NULL AS preferences,
         (SELECT count(*) FROM archive WHERE owner = $1 AND offline) AS waiting
       FROM archive WHERE owner = $1 ORDER BY id DESC LIMIT $2)
       UNION ALL
       SELECT NULL, NULL, NULL, NULL, NULL, preferences, NULL FROM archive_preferences WHERE owner = $1`,
      [owner, settling ? SETTLING_TAIL : TAIL],
    )
    const preferences = found.find((row) => row.preferences !== null)?.preferences
    const rows = found.filter((row) => row.preferences === null)
    return {
      preferences: preferences ? preferencesOf(preferences) : undefined,
      lastId: Number(rows[0]?.id ?? 0),
      offline: Number(rows[0]?.waiting ?? 0),
      incoming: rows.filter((row) => !row.outgoing).map((row) => ({ stream: row.stream, count: Number(row.ingress) })),
      outgoing: rows
        .filter((row) => row.outgoing)
        .map((row) => ({ origin: row.origin, stream: row.stream, count: Number(row.ingress) })),
    }
  }

  /** Messages after `id` that had somebody to go to, oldest first: what a new owner may have to deliver, or to copy, again. */
  async after(owner: BareJid, id: number, limit: number): Promise<(StoredMessage & { readonly outgoing: boolean })[]> {
    const { rows } = await this.#db.query<{ id: string; outgoing: boolean; stanza: string }>(
      'archive_after',
      'SELECT id, outgoing, stanza FROM archive WHERE owner = $1 AND id > $2 AND NOT offline ORDER BY id LIMIT $3',
      [owner, id, limit],
    )
    return rows.map((row) => ({ ...row, id: Number(row.id) }))
  }

  /** The oldest messages that wait for a resource. They stay until `waitNoMore`. */
  async offline(owner: BareJid, after: number, limit: number): Promise<WaitingMessage[]> {
    const { rows } = await this.#db.query<{ id: string; stanza: string; transient: boolean }>(
      'archive_offline',
      'SELECT id, stanza, transient FROM archive WHERE owner = $1 AND offline AND id > $2 ORDER BY id LIMIT $3',
      [owner, after, limit],
    )
    return rows.map((row) => ({ ...row, id: Number(row.id) }))
  }

  /**
   * Messages that may have waited were taken: they wait no more, and those that only waited are gone.
   * @returns how many had waited
   */
  async waitNoMore(owner: BareJid, ids: readonly number[]): Promise<number> {
    const which = 'WHERE owner = $1 AND id = ANY($2::bigint[]) AND offline'
    const clear = `UPDATE archive SET offline = false ${which} AND NOT transient RETURNING id`
    const kept = await this.#db.fencedQuery('archive_clear_offline', clear, [owner, ids])
    if (kept.count === ids.length) return kept.count
    const remove = `DELETE FROM archive ${which} AND transient RETURNING id`
    const removed = await this.#db.fencedQuery('archive_remove_offline', remove, [owner, ids])
    return kept.count + removed.count
  }

  /**
   * Messages that were handed to a session which ended without acknowledging them wait for the next one.
   * @returns those that wait now, and how many of them did not before
   */
  async markOffline(owner: BareJid, ids: readonly number[]): Promise<{ waiting: Set<number>; marked: number }> {
    const which = 'owner = $1 AND id = ANY($2::bigint[])'
    const mark = `UPDATE archive SET offline = true WHERE ${which} AND NOT offline RETURNING id`
    const marked = await this.#db.fencedQuery<{ id: string }>('archive_mark_offline', mark, [owner, ids])
    const waiting = new Set(marked.rows.map(({ id }) => Number(id)))
    if (waiting.size === ids.length) return { waiting, marked: waiting.size }
    const had = await this.#db.query<{ id: string }>(
      'archive_marked_offline',
      `SELECT id FROM archive WHERE ${which} AND offline`,
      [owner, ids],
    )
    for (const { id } of had.rows) waiting.add(Number(id))
    return { waiting, marked: marked.count }
  }

  async savePreferences(owner: BareJid, preferences: ArchivePreferences): Promise<void> {
    await this.#db.fencedQuery(
      'archive_preferences_save',
      `INSERT INTO archive_preferences (owner, preferences) VALUES ($1, $2)
       ON CONFLICT (owner) DO UPDATE SET preferences = EXCLUDED.preferences RETURNING owner`,
      [owner, preferencesText(preferences)],
    )
  }

  async erase(owner: BareJid): Promise<void> {
    const preferences = 'DELETE FROM archive_preferences WHERE owner = $1 RETURNING owner'
    await this.#db.fencedQuery('archive_preferences_erase', preferences, [owner])
    await eraseArchive(this.#db, owner)
  }
}

interface TailRow {
  id: string
  outgoing: boolean
  stream: string
  ingress: string
  origin: string | null
  waiting: string
  preferences: string | null
}
