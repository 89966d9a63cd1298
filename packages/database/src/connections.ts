import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@heliograph/telemetry'
import pg from 'pg'
import { breaksConnection, isUnavailable, UnavailableError } from './errors.ts'

export interface ConnectionOptions {
  readonly url: string
  readonly instance: string
  readonly poolSize: number
  /** How long a caller waits for a connection, including the time the server is away. */
  readonly waitMs: number
  readonly statementTimeoutMs: number
  readonly maxWaiting: number
  readonly signal: AbortSignal
  readonly log: Logger | undefined
}

const PROBE_FIRST_MS = 50
const PROBE_MAX_MS = 1_000
/** While the server is away this is said every so often. */
const SAY_EVERY_MS = 10_000
/** The server ends a statement at its time-out; we end the connection a little later, when even that didn't come. */
const READ_GRACE_MS = 2_000

/** Hands out pooled connections; while the server is away one shared probe tries it, and callers wait for that. */
export class Connections {
  readonly #pool: pg.Pool
  readonly #options: ConnectionOptions
  #waiting = 0
  #closing = false
  #probe: Promise<void> | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#pool = new pg.Pool({
      connectionString: options.url,
      application_name: `heliograph ${options.instance}`.slice(0, 63),
      max: options.poolSize,
      connectionTimeoutMillis: options.waitMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      statement_timeout: options.statementTimeoutMs,
      query_timeout: options.statementTimeoutMs + READ_GRACE_MS,
      idle_in_transaction_session_timeout: options.statementTimeoutMs,
    })
    this.#pool.on('error', (error) => {
      if (!this.#closing) options.log?.warn('database_connection_lost', { reason: error.message })
    })
  }

  /** Callers waiting for a connection now. */
  get waiting(): number {
    return this.#waiting
  }

  /** Connections that a caller is using now. */
  get busy(): number {
    return this.#pool.totalCount - this.#pool.idleCount
  }

  /** Runs `fn` with a connection of its own; a connection on which the server or the network failed is discarded. */
  async use<T>(fn: (client: pg.PoolClient) => Promise<T>, waitMs = this.#options.waitMs): Promise<T> {
    const client = await this.#acquire(waitMs)
    // Without a listener an error between two statements would be thrown as uncaught; the next statement reports it.
    const ignore = () => {}
    client.on('error', ignore)
    try {
      const result = await fn(client)
      client.off('error', ignore)
      client.release()
      return result
    } catch (error) {
      client.off('error', ignore)
      client.release(breaksConnection(error))
      throw error
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#pool.end()
  }

  async #acquire(waitMs: number): Promise<pg.PoolClient> {
    if (this.#waiting >= this.#options.maxWaiting) throw new UnavailableError('too many callers wait for the database')
    const deadline = performance.now() + waitMs
    this.#waiting += 1
    try {
      for (;;) {
        try {
          return await this.#pool.connect()
        } catch (error) {
          const left = deadline - performance.now()
          if (!isUnavailable(error) || left <= 0 || this.#options.signal.aborted) throw asUnavailable(error)
          await this.#recovered(left)
        }
      }
    } finally {
      this.#waiting -= 1
    }
  }

  /** Resolves when the shared probe got through, or after `waitMs`, whichever comes first. */
  async #recovered(waitMs: number): Promise<void> {
    this.#probe ??= this.#probeUntilUp().finally(() => {
      this.#probe = undefined
    })
    const timer = new AbortController()
    await Promise.race([this.#probe, sleep(waitMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }

  async #probeUntilUp(): Promise<void> {
    const { signal, log } = this.#options
    const since = performance.now()
    let pause = PROBE_FIRST_MS
    let said = -SAY_EVERY_MS
    while (!signal.aborted) {
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
      pause = Math.min(pause * 2, PROBE_MAX_MS)
      try {
        const client = await this.#pool.connect()
        client.release()
        log?.info('database_back', { away_ms: Math.round(performance.now() - since) })
        return
      } catch (error) {
        if (!isUnavailable(error)) return // e.g. a wrong password: every caller gets to see it
        const awayMs = Math.round(performance.now() - since)
        if (awayMs - said < SAY_EVERY_MS || signal.aborted) continue
        said = awayMs
        log?.warn('database_away', { away_ms: awayMs, reason: reasonOf(error) })
      }
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ') // one for each address of the host
  return error instanceof Error ? error.message : String(error)
}

function asUnavailable(error: unknown): unknown {
  return isUnavailable(error)
    ? new UnavailableError(`the database cannot be reached: ${reasonOf(error)}`, { cause: error })
    : error
}
