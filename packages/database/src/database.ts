import { type Logger, OperatorError } from '@heliograph/telemetry'
import type pg from 'pg'
import { addressOf, withPassword } from './address.ts'
import { Connections } from './connections.ts'
import { breaksConnection, FENCED_SQLSTATE, FencedError, isUnavailable } from './errors.ts'
import { FENCE_EVICT_SQL, FENCE_INSERT_SQL, FENCE_LOCK_SQL, FENCE_PRUNE_SQL, guarded } from './fencing.ts'

export type Row = Record<string, unknown>

export interface Result<R> {
  readonly rows: R[]
  /** Rows returned, or affected when the statement returns none. */
  readonly count: number
}

/** Where statements run: a pooled connection each, or one transaction. */
export interface Querier {
  /**
   * Runs one statement, prepared under `name` (one name, one text, in the whole process). Integers of 8 bytes come
   * back as strings, `bytea` as Buffers. Name the columns: `select *` breaks when a migration adds one.
   * @throws FencedError, or the driver's error; see {@link isUnavailable}.
   */
  query<R extends object = Row>(name: string, sql: string, params?: readonly unknown[]): Promise<Result<R>>
}

/** A pool of connections, made in the name of one instance. */
export interface Database extends Querier, AsyncDisposable {
  /** The address, password included. */
  readonly url: string
  /** In whose name state is written. */
  readonly instance: string
  /** Callers waiting for a connection, and connections in use. */
  readonly waiting: number
  readonly busy: number
  /** Takes a new incarnation after having been fenced. Writes already under way keep the old name. */
  setInstance(instance: string): void
  /** Runs `fn` in a transaction that commits when it resolves and rolls back when it throws. */
  transaction<T>(fn: (tx: Querier) => Promise<T>): Promise<T>
  /** One INSERT, UPDATE or DELETE **with a RETURNING clause**, refused when this instance is fenced. One round trip. */
  fencedQuery<R extends object = Row>(name: string, sql: string, params?: readonly unknown[]): Promise<Result<R>>
  /** A transaction that is refused when this instance is fenced; whoever fences it waits for the commit. */
  fencedWrite<T>(fn: (tx: Querier) => Promise<T>): Promise<T>
  /** Shuts an instance out: when this resolves, nothing is or will be written in its name. Idempotent. */
  fence(instance: string): Promise<void>
  /** Proves the path to the server within `timeoutMs` (default 1000). @throws when it can't. */
  ping(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database`; a unix socket's directory as host, percent-encoded. */
  readonly url: string
  /** Replaces the address's password. */
  readonly password?: string | undefined
  /** Connections at most; default 8. */
  readonly poolSize?: number
  readonly instance: string
  readonly signal?: AbortSignal
  readonly log?: Logger
  /** How long a call waits for a connection while all are busy or the server is away; default 5000. */
  readonly waitMs?: number
  /** A statement, and an open transaction's pause, end after this; default 10 000. */
  readonly statementTimeoutMs?: number
  /** Callers that may wait for a connection; further ones fail at once. Default 2000. */
  readonly maxWaiting?: number
  /** How long {@link connectDatabase} waits for the server to answer; default 30 000. */
  readonly startTimeoutMs?: number
}

/**
 * Connects and proves the path. Lost connections are replaced by themselves; a call made while the server is away waits
 * `waitMs` and then fails with an error for which {@link isUnavailable} holds.
 * @throws OperatorError when it can't be reached, or refuses us
 */
export async function connectDatabase(options: DatabaseOptions): Promise<Database> {
  const db = new PostgresDatabase(options)
  try {
    await db.ping(options.startTimeoutMs ?? 30_000)
    return db
  } catch (error) {
    await db.close()
    throw isOperators(error) ? new OperatorError(`${addressOf(db.url)}: ${error.message}`, { cause: error }) : error
  }
}

/** It isn't there, or it refuses the user, the password or the database. */
function isOperators(error: unknown): error is Error {
  if (isUnavailable(error)) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('28') || code.startsWith('3D')
}

class PostgresDatabase implements Database {
  readonly url: string
  readonly #connections: Connections
  readonly #log: Logger | undefined
  readonly #stop = new AbortController()
  readonly #detach: () => void
  #instance: string
  #closed: Promise<void> | undefined

  constructor(options: DatabaseOptions) {
    this.url = withPassword(options.url, options.password)
    this.#instance = options.instance
    this.#log = options.log
    const stop = () => void this.close()
    options.signal?.addEventListener('abort', stop, { once: true })
    this.#detach = () => options.signal?.removeEventListener('abort', stop)
    this.#connections = new Connections({
      url: this.url,
      instance: options.instance,
      poolSize: options.poolSize ?? 8,
      waitMs: options.waitMs ?? 5_000,
      statementTimeoutMs: options.statementTimeoutMs ?? 10_000,
      maxWaiting: options.maxWaiting ?? 2_000,
      signal: this.#stop.signal,
      log: options.log,
    })
  }

  get instance(): string {
    return this.#instance
  }

  get waiting(): number {
    return this.#connections.waiting
  }

  get busy(): number {
    return this.#connections.busy
  }

  setInstance(instance: string): void {
    this.#instance = instance
  }

  query<R extends object>(name: string, sql: string, params: readonly unknown[] = []): Promise<Result<R>> {
    return this.#connections.use((client) => run<R>(client, name, sql, params))
  }

  transaction<T>(fn: (tx: Querier) => Promise<T>): Promise<T> {
    return this.#transaction((client) => fn(querier(client)))
  }

  fencedQuery<R extends object>(name: string, sql: string, params: readonly unknown[] = []): Promise<Result<R>> {
    return this.query<R>(`fenced ${name}`, guarded(sql, params.length + 1), [...params, this.#instance])
  }

  fencedWrite<T>(fn: (tx: Querier) => Promise<T>): Promise<T> {
    const instance = this.#instance
    return this.#transaction(async (client) => {
      await run(client, 'write_guard', 'SELECT write_guard($1)', [instance])
      return fn(querier(client))
    })
  }

  async fence(instance: string): Promise<void> {
    const insert = () =>
      this.#transaction(async (client) => {
        await client.query(`SET LOCAL lock_timeout = '500ms'`)
        await client.query(FENCE_LOCK_SQL, [instance])
        await client.query(FENCE_INSERT_SQL, [instance])
        await client.query(FENCE_PRUNE_SQL)
      })
    for (let attempt = 1; ; attempt += 1) {
      try {
        await insert()
        this.#log?.info('instance_fenced', { fenced: instance })
        return
      } catch (error) {
        if ((error as { code?: unknown }).code !== '55P03' || attempt === 5) throw error
        this.#log?.warn('fence_evicts_writer', { fenced: instance })
        await this.query('fence_evict', FENCE_EVICT_SQL, [instance])
      }
    }
  }

  async ping(timeoutMs = 1_000): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs)
    const answered = this.#connections.use((client) => run(client, 'ping', 'SELECT 1', []), timeoutMs)
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener('abort', () => reject(deadline.reason), { once: true }),
    )
    await Promise.race([answered, late])
  }

  close(): Promise<void> {
    this.#detach()
    this.#stop.abort()
    this.#closed ??= this.#connections.close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #transaction<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#connections.use(async (client) => {
      await client.query('BEGIN')
      try {
        const result = await fn(client)
        const end = await client.query('COMMIT')
        if (end.command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back')
        return result
      } catch (error) {
        // A lost connection has rolled back by itself; of two errors the first one matters.
        if (!breaksConnection(error)) await client.query('ROLLBACK').catch(() => {})
        throw error
      }
    })
  }
}

function querier(client: pg.PoolClient): Querier {
  return { query: (name, sql, params = []) => run(client, name, sql, params) }
}

async function run<R extends object>(
  client: pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Result<R>> {
  try {
    const result = await client.query<R & pg.QueryResultRow>({ name, text, values: values as unknown[] })
    return { rows: result.rows, count: result.rowCount ?? 0 }
  } catch (error) {
    if ((error as { code?: unknown }).code === FENCED_SQLSTATE)
      throw new FencedError(/instance (.*) is fenced/.exec((error as Error).message)?.[1] ?? '', { cause: error })
    throw error
  }
}
