import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'

/** What a user has, and has been given in the last 24 hours. */
export interface Usage {
  readonly bytes: number
  readonly dayBytes: number
  readonly dayFiles: number
}

/** Whose, and of which of the two kinds that are counted apart. */
export interface Account {
  readonly owner: BareJid
  readonly profile: boolean
}

export interface Slot extends Account {
  readonly key: string
  readonly size: number
  /** Milliseconds since 1970: nothing is written any more; the file is no longer served. */
  readonly settled: number
  readonly expires: number
}

/** A slot that the caretaker has to do with. */
export interface DueSlot {
  readonly key: string
  readonly confirmed: boolean
  readonly expired: boolean
  readonly settled: boolean
}

/** One that stopped while it worked on a slot is followed by another after this. */
const CLAIM = "interval '10 minutes'"
const DAY = "interval '24 hours'"

const USAGE = `SELECT
    coalesce(sum(size) FILTER (WHERE expires_at > now()), 0)::float8 AS bytes,
    coalesce(sum(size) FILTER (WHERE created_at > now() - ${DAY}), 0)::float8 AS "dayBytes",
    (count(*) FILTER (WHERE created_at > now() - ${DAY}))::int AS "dayFiles"
  FROM uploads WHERE owner = $1 AND profile = $2`

const ROOM_AT = `SELECT extract(epoch FROM expires_at)::float8 * 1000 AS at FROM (
    SELECT expires_at, sum(size) OVER (ORDER BY expires_at, key) AS freed
    FROM uploads WHERE owner = $1 AND profile = $2 AND expires_at > now()) AS each
  WHERE freed >= $3::bigint ORDER BY expires_at LIMIT 1`

const DAY_ROOM_AT = `SELECT extract(epoch FROM created_at + ${DAY})::float8 * 1000 AS at FROM (
    SELECT created_at, sum(size) OVER given AS freed, row_number() OVER given AS files
    FROM uploads WHERE owner = $1 AND profile = $2 AND created_at > now() - ${DAY}
    WINDOW given AS (ORDER BY created_at, key)) AS each
  WHERE freed >= $3::bigint AND files >= $4 ORDER BY created_at LIMIT 1`

const CLAIM_DUE = `UPDATE uploads SET look_at = now() + ${CLAIM} WHERE key IN (
    SELECT key FROM uploads WHERE look_at <= now() ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING key, confirmed, expires_at <= now() AS expired, settled_at <= now() AS settled`

/** Files don't count any longer than they are there, but what was given in a day counts for that day. */
const RELEASED = `DELETE FROM uploads WHERE key = $1 AND settled_at <= now() AND created_at <= now() - ${DAY} RETURNING key`

/** Who was given room for which files: quotas are counted by it, and nothing is left over in the store. */
export class UploadLedger {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async usage({ owner, profile }: Account): Promise<Usage> {
    const { rows } = await this.#db.query<Usage>('upload_usage', USAGE, [owner, profile])
    return rows[0] ?? { bytes: 0, dayBytes: 0, dayFiles: 0 }
  }

  /** When so many bytes of what a user has will be gone, in milliseconds since 1970; undefined: never. */
  roomAt({ owner, profile }: Account, bytes: number): Promise<number | undefined> {
    return this.#time('upload_room_at', ROOM_AT, [owner, profile, bytes])
  }

  /** When so many bytes and files of the last 24 hours will be older. */
  dayRoomAt({ owner, profile }: Account, bytes: number, files: number): Promise<number | undefined> {
    return this.#time('upload_day_room_at', DAY_ROOM_AT, [owner, profile, bytes, files])
  }

  async add({ key, owner, profile, size, settled, expires }: Slot): Promise<void> {
    await this.#db.fencedQuery(
      'upload_add',
      `INSERT INTO uploads (key, owner, profile, size, created_at, settled_at, expires_at, look_at)
       VALUES ($1, $2, $3, $4, now(), to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000),
         least(to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000))) RETURNING key`,
      [key, owner, profile, size, settled, expires],
    )
  }

  /** The user is no more: all files end now. */
  async endAll(owner: BareJid): Promise<void> {
    const sql = 'UPDATE uploads SET expires_at = now(), look_at = now() WHERE owner = $1 RETURNING key'
    await this.#db.fencedQuery('upload_end_all', sql, [owner])
  }

  /** Slots to look at, each for one caller at a time. */
  async due(most: number): Promise<DueSlot[]> {
    const { rows } = await this.#db.fencedQuery<DueSlot>('upload_due', CLAIM_DUE, [most])
    return rows
  }

  /** Its file is there: next it is looked at when it expires. */
  async confirm(key: string): Promise<void> {
    const sql = 'UPDATE uploads SET confirmed = true, look_at = expires_at WHERE key = $1 RETURNING key'
    await this.#db.fencedQuery('upload_confirm', sql, [key])
  }

  /** Its file is gone, or never came. The row goes too, once it has nothing more to say. */
  async release(key: string): Promise<void> {
    const { count } = await this.#db.fencedQuery('upload_released', RELEASED, [key])
    if (count > 0) return
    const sql = `UPDATE uploads SET expires_at = least(expires_at, now()), look_at =
      CASE WHEN settled_at > now() THEN settled_at ELSE created_at + ${DAY} END WHERE key = $1 RETURNING key`
    await this.#db.fencedQuery('upload_release', sql, [key])
  }

  async #time(name: string, sql: string, params: readonly unknown[]): Promise<number | undefined> {
    const { rows } = await this.#db.query<{ at: number }>(name, sql, params)
    return rows[0]?.at
  }
}
