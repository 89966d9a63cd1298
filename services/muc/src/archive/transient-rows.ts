import type { Database } from '@heliograph/database'
import { isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { Logger } from '@heliograph/telemetry'

/**
 * A row that everybody has taken stays for two of these at most: as long as its sender's receipt may be under way, a new owner recognises
 * by it what comes again.
 */
const EVERY_MS = 5_000
/** Past this, rows stay until their room is loaded anew. */
const MAX_ROWS = 50_000
const DELETE = `DELETE FROM archive USING unnest($1::text[], $2::bigint[]) AS taken (owner, id)
  WHERE archive.owner = taken.owner COLLATE "C" AND archive.id = taken.id AND archive.transient RETURNING archive.id`

/** Removes rows that were only to be brought to their receivers, many at a time. */
export class TransientRows {
  readonly #db: Database
  readonly #log: Logger
  #taken: [room: BareJid, id: number][] = []
  #due: [room: BareJid, id: number][] = []
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()

  constructor({ db, log }: { readonly db: Database; readonly log: Logger }) {
    this.#db = db
    this.#log = log
  }

  forget(room: BareJid, id: number): void {
    if (this.#taken.length + this.#due.length >= MAX_ROWS) return
    this.#taken.push([room, id])
    this.#timer ??= setTimeout(() => this.#tick(), EVERY_MS)
  }

  #tick(): void {
    const due = this.#due
    this.#due = this.#taken
    this.#taken = []
    this.#timer = this.#due.length > 0 ? setTimeout(() => this.#tick(), EVERY_MS) : undefined
    this.#work = this.#work.then(() => this.#remove(due))
  }

  async #remove(rows: readonly (readonly [room: BareJid, id: number])[]): Promise<void> {
    if (rows.length === 0) return
    const params = [rows.map(([room]) => room), rows.map(([, id]) => id)]
    try {
      await this.#db.fencedQuery('archive_forget', DELETE, params)
    } catch (error) {
      // They are no archive's, and go when their room is loaded anew.
      if (!isUnavailable(error)) this.#log.error('transient_rows_kept', { rows: rows.length, error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.#work
    await this.#remove([...this.#due, ...this.#taken])
  }
}
