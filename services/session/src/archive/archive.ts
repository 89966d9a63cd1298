import { BatchWriter, type Database, isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { Logger } from '@heliograph/telemetry'
import type { ArchivePreferences } from './preferences.ts'
import { preferencesOf, preferencesText } from './preferences-text.ts'
import type { ArchiveRow, StoredMessage, WaitingMessage } from './row.ts'

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

/** Told about a row that was added. `release` comes once, at its commit or earlier when the database stalls; `stored` at its commit. */
export interface RowProgress {
  release(): void
  stored(): void
  /** The database refused it: it will never be stored. */
  failed(): void
}

/** Rows by which messages are recognised that a client sends again in a new session. */
const TAIL = 64
/**
 * Rows that tell a new owner what was stored but not yet confirmed to those who sent it. One commit holds at most 200, and its
 * confirmations go out in the turn that it ends.
 */
const SETTLING_TAIL = 256

/**
 * The users' archives. Rows of all mailboxes are committed together. While commits stall longer than `degradeAfterMs` deliveries are
 * released before their commit: chat goes on, and what isn't committed is simply not acknowledged to its sender yet.
 */
export class Archive {
  readonly #db: Database
  readonly #writer: BatchWriter<ArchiveRow>
  readonly #log: Logger
  readonly #degradeAfterMs: number
  #waiting: RowProgress[] = []
  #degraded = false

  constructor(options: {
    db: Database
    log: Logger
    degradeAfterMs: number
    maxBytes: number
    onFenced: () => void
  }) {
    this.#db = options.db
    this.#log = options.log
    this.#degradeAfterMs = options.degradeAfterMs
    this.#writer = new BatchWriter<ArchiveRow>({
      db: options.db,
      table: 'archive',
      key: ['owner', 'id'],
      columns: [
        { name: 'owner', type: 'text', value: (row) => row.owner },
        { name: 'id', type: 'bigint', value: (row) => row.id },
        { name: 'peer', type: 'text', value: (row) => row.peer },
        { name: 'peer_resource', type: 'text', value: (row) => row.peerResource },
        { name: 'outgoing', type: 'boolean', value: (row) => row.outgoing },
        { name: 'offline', type: 'boolean', value: (row) => row.offline },
        { name: 'transient', type: 'boolean', value: (row) => row.transient },
        { name: 'stream', type: 'text', value: (row) => row.stream },
        { name: 'ingress', type: 'bigint', value: (row) => row.ingress },
        { name: 'origin', type: 'text', value: (row) => row.origin },
        { name: 'stanza', type: 'text', value: (row) => row.stanza.toBytes() },
      ],
      size: (row) => row.stanza.payload.length + 300,
      maxBytes: options.maxBytes,
      onFenced: options.onFenced,
    })
  }

  get degraded(): boolean {
    return this.#degraded
  }

  get queued(): number {
    return this.#waiting.length
  }

  /** False when the queue is at its bound: nothing was added. */
  add(row: ArchiveRow, progress: RowProgress): boolean {
    const added = this.#writer.add(row, (result) => {
      // Rows end in the order they were added, so this is the first one waiting; it may have been chained since.
      const ended = this.#waiting.shift()
      if (result.kind === 'stored' || result.kind === 'duplicate') ended?.stored()
      // Shut out or closed: whoever owns the user next is sent the message again.
      else if (result.kind === 'failed' && !isUnavailable(result.error)) ended?.failed()
    })
    if (!added) return false
    if (this.#degraded) progress.release()
    this.#waiting.push(progress)
    return true
  }

  /** Runs `then` when everything added so far is committed. */
  whenStored(then: () => void): void {
    const last = this.#waiting.at(-1)
    if (!last) return then()
    this.#waiting[this.#waiting.length - 1] = chain(last, then)
  }

  /** To be called regularly: notices that the database stalls, and that it is back. */
  watch(): void {
    const stalled = this.#writer.oldestAgeMs > this.#degradeAfterMs
    if (stalled === this.#degraded) return
    this.#degraded = stalled
    this.#log.warn(stalled ? 'archive_stalled' : 'archive_recovered', { queued: this.#waiting.length })
    if (stalled) for (const progress of this.#waiting) progress.release()
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
    await this.#db.fencedQuery('archive_erase', 'DELETE FROM archive WHERE owner = $1 RETURNING id', [owner])
  }

  /** Resolves when all that was added is stored or refused. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.whenStored(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]()
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

function chain(progress: RowProgress, then: () => void): RowProgress {
  return {
    release: () => progress.release(),
    stored: () => {
      progress.stored()
      then()
    },
    failed: () => {
      progress.failed()
      then()
    },
  }
}
