import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@heliograph/telemetry'
import {
  type BatchTable,
  existingParams,
  existingSql,
  insertMissingSql,
  insertParams,
  insertSql,
  keyOfRecord,
  keyOfRow,
} from './batch-sql.ts'
import type { Database, Row } from './database.ts'
import { FencedError, isUnavailable, UnavailableError } from './errors.ts'

/** What became of a row. */
export type BatchResult =
  | { readonly kind: 'stored' }
  /** A row with this key was there: `existing` has its key and the columns asked for. Also after a lost commit reply. */
  | { readonly kind: 'duplicate'; readonly existing: Row | undefined }
  /** Refused: the instance that added it has been fenced. */
  | { readonly kind: 'fenced' }
  /** The database refused this row (or the writer was closed before it was written). */
  | { readonly kind: 'failed'; readonly error: Error }

export type OnCommitted = (result: BatchResult) => void

export interface BatchWriterOptions<R> extends BatchTable<R> {
  readonly db: Database
  /** Bytes a row holds in memory, roughly. */
  readonly size: (row: R) => number
  /** Bounds on what waits, rows in flight included; default 20 000 rows and 64 MiB. */
  readonly maxRows?: number
  readonly maxBytes?: number
  /** Told once for each incarnation of this instance that turns out to be fenced. */
  readonly onFenced?: (error: FencedError) => void
  readonly log?: Logger
}

interface Entry<R> {
  readonly row: R
  readonly done: OnCommitted
  readonly bytes: number
  readonly at: number
  readonly instance: string
}

/** SQLSTATE `unique_violation`. */
const TAKEN = '23505'
const MAX_BATCH = 400
const MAX_BATCH_BYTES = 4 * 1024 * 1024
const RETRY_FIRST_MS = 50
const RETRY_MAX_MS = 1_000
const STORED: BatchResult = { kind: 'stored' }
const FENCED: BatchResult = { kind: 'fenced' }

/**
 * Group commit: rows added while a commit is under way form the next one, so an idle system adds no wait and a busy
 * one batches itself. Rows are written in the order they were added, in the name of the instance that `db` had then.
 * While Postgres is unavailable rows are kept and retried; when the bounds are reached `add` refuses.
 */
export class BatchWriter<R> implements AsyncDisposable {
  readonly #options: BatchWriterOptions<R>
  readonly #insertSql: string
  readonly #insertMissingSql: string
  readonly #maxRows: number
  readonly #maxBytes: number
  readonly #stop = new AbortController()
  #queue: Entry<R>[] = []
  #head = 0
  #inFlight: readonly Entry<R>[] = []
  #answered = 0
  #running: Promise<void> | undefined
  #fenced: string | undefined
  #closing = false

  /** Bytes of the rows that wait or are in flight. */
  bytes = 0
  /** Rows committed (duplicates included), commits, and attempts that failed because Postgres was unavailable. */
  committedRows = 0
  batches = 0
  retries = 0

  constructor(options: BatchWriterOptions<R>) {
    this.#options = options
    this.#insertSql = insertSql(options)
    this.#insertMissingSql = insertMissingSql(options)
    this.#maxRows = options.maxRows ?? 20_000
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024
  }

  /** Rows that wait or are in flight. */
  get queued(): number {
    return this.#queue.length - this.#head + this.#inFlight.length - this.#answered
  }

  get full(): boolean {
    return this.queued >= this.#maxRows || this.bytes >= this.#maxBytes
  }

  /** Age of the oldest row without an answer; 0 when there is none. */
  get oldestAgeMs(): number {
    const oldest = this.#inFlight[this.#answered] ?? this.#queue[this.#head]
    return oldest === undefined ? 0 : performance.now() - oldest.at
  }

  /**
   * Queues a row; `onCommitted` is called exactly once, in the order of the rows. Returns false, having taken nothing
   * and called nothing, when the writer is full or closed.
   */
  add(row: R, onCommitted: OnCommitted): boolean {
    if (this.#closing || this.full) return false
    const bytes = this.#options.size(row)
    const instance = this.#options.db.instance
    this.#queue.push({ row, done: onCommitted, bytes, at: performance.now(), instance })
    this.bytes += bytes
    this.#running ??= this.#run()
    return true
  }

  /** Resolves when every row added so far, and those added meanwhile, has its answer. */
  async flush(): Promise<void> {
    await this.#running
  }

  /** Takes no more rows, writes what waits for `timeoutMs` at most (default 5000), and answers the rest with `failed`. */
  async close(timeoutMs = 5_000): Promise<void> {
    this.#closing = true
    const timer = setTimeout(() => this.#stop.abort(), timeoutMs)
    await this.flush()
    clearTimeout(timer)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    for (;;) {
      // The rows of this turn of the event loop go together, and those that follow from them in the next: the sender's and the receiver's.
      await nextTurn()
      await nextTurn()
      const batch = this.#take()
      if (batch.length === 0) break
      this.#inFlight = batch
      this.#answered = 0
      await this.#write(batch)
    }
    this.#inFlight = []
    this.#answered = 0
    this.#running = undefined
  }

  /** The next rows of one incarnation, up to the bounds of a batch. */
  #take(): Entry<R>[] {
    const first = this.#queue[this.#head]
    if (first === undefined) {
      this.#queue = []
      this.#head = 0
      return []
    }
    let end = this.#head
    let bytes = 0
    while (end < this.#queue.length && end - this.#head < MAX_BATCH) {
      const entry = this.#queue[end]!
      if (entry.instance !== first.instance || (bytes > 0 && bytes + entry.bytes > MAX_BATCH_BYTES)) break
      bytes += entry.bytes
      end += 1
    }
    const batch = this.#queue.slice(this.#head, end)
    this.#head = end
    if (this.#head >= 1_024 || this.#head === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return batch
  }

  /** Writes until there is an answer for every row of the batch. */
  async #write(batch: readonly Entry<R>[]): Promise<void> {
    for (let pause = RETRY_FIRST_MS; ; pause = Math.min(pause * 2, RETRY_MAX_MS)) {
      if (this.#stop.signal.aborted) return this.#fail(batch, new UnavailableError('closed before it was written'))
      try {
        await this.#insert(batch)
        return
      } catch (error) {
        if (error instanceof FencedError) return this.#refuse(batch, error)
        if (!isUnavailable(error)) return this.#isolate(batch, error)
        this.retries += 1
        this.#options.log?.warn('batch_retry', { table: this.#options.table, rows: this.queued, error })
        await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => {})
      }
    }
  }

  async #insert(batch: readonly Entry<R>[]): Promise<void> {
    const { db, table } = this.#options
    const params = insertParams(
      this.#options,
      batch[0]!.instance,
      batch.map(({ row }) => row),
    )
    try {
      await db.query(`batch ${table}`, this.#insertSql, params)
    } catch (error) {
      if ((error as { code?: unknown }).code !== TAKEN) throw error
      return this.#insertMissing(batch, params)
    }
    this.batches += 1
    this.committedRows += batch.length
    for (const entry of batch) this.#answer(entry, STORED)
  }

  /** Some keys were taken: rows that are written again because the reply to their commit was lost, for the most part. */
  async #insertMissing(batch: readonly Entry<R>[], params: readonly unknown[]): Promise<void> {
    const { db, table } = this.#options
    const inserted = await db.query<Row>(`batch ${table} missing`, this.#insertMissingSql, params)
    this.batches += 1
    const stored = new Set(inserted.rows.map((record) => keyOfRecord(this.#options, record)))
    const existing = await this.#existing(batch, stored)
    this.committedRows += batch.length
    for (const entry of batch) {
      const key = keyOfRow(this.#options, entry.row)
      // Twice in one batch: the first is stored, the second is its duplicate.
      this.#answer(entry, stored.delete(key) ? STORED : { kind: 'duplicate', existing: existing.get(key) })
    }
  }

  async #existing(batch: readonly Entry<R>[], stored: ReadonlySet<string>): Promise<Map<string, Row>> {
    const { db, table } = this.#options
    const seen = new Set<string>()
    const others = batch.flatMap(({ row }) => {
      const key = keyOfRow(this.#options, row)
      if (!stored.has(key) || seen.has(key)) return [row]
      seen.add(key)
      return []
    })
    const found = await db.query<Row>(
      `batch ${table} existing`,
      existingSql(this.#options),
      existingParams(this.#options, others),
    )
    return new Map(found.rows.map((record) => [keyOfRecord(this.#options, record), record]))
  }

  #refuse(batch: readonly Entry<R>[], error: FencedError): void {
    for (const entry of batch) this.#answer(entry, FENCED)
    if (this.#fenced === error.instance) return
    this.#fenced = error.instance
    this.#options.log?.error('batch_fenced', { table: this.#options.table, fenced: error.instance })
    this.#options.onFenced?.(error)
  }

  /** A statement that the database refuses is halved until the row at fault stands alone. */
  async #isolate(batch: readonly Entry<R>[], error: unknown): Promise<void> {
    if (batch.length === 1) {
      const { code, message } = error as { code?: unknown; message?: unknown } // the rest may quote the row
      this.#options.log?.error('batch_row_refused', { table: this.#options.table, code, reason: message })
      return this.#fail(batch, error)
    }
    const middle = batch.length >> 1
    await this.#write(batch.slice(0, middle))
    await this.#write(batch.slice(middle))
  }

  #fail(batch: readonly Entry<R>[], reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason))
    for (const entry of batch) this.#answer(entry, { kind: 'failed', error })
  }

  #answer(entry: Entry<R>, result: BatchResult): void {
    this.#answered += 1
    this.bytes -= entry.bytes
    try {
      entry.done(result)
    } catch (error) {
      // One caller's fault must not cost the other rows their answer.
      this.#options.log?.error('batch_callback_threw', { table: this.#options.table, error })
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
