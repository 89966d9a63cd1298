import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, OperatorError } from '@heliograph/telemetry'
import pg from 'pg'
import { addressOf, withPassword } from './address.ts'

/** Key of the advisory lock of whoever uses a database alone; the locks are those of one database. */
const LOCK = [0x48_47_02, 0] as const
const RETRY_MS = 250

export interface SoleUserOptions {
  readonly url: string
  readonly password?: string | undefined
  readonly instance: string
  readonly signal: AbortSignal
  readonly log: Logger
  /** How long a predecessor may take to leave; default 5000. */
  readonly waitMs?: number
  /** The database was away, and somebody else has it since. */
  readonly onTaken: (reason: string) => void
}

/**
 * Makes this process the only user of a database that asks to be that, by a lock that ends with its connection: of a server without leases
 * there must be one. The lock is taken again when the database comes back. Disposing gives it up.
 * @throws OperatorError that names who has it
 */
export async function becomeSoleUser(options: SoleUserOptions): Promise<AsyncDisposable> {
  const claim = new Claim(options)
  try {
    await claim.begin()
    return claim
  } catch (error) {
    await claim[Symbol.asyncDispose]()
    throw error
  }
}

class Claim implements AsyncDisposable {
  readonly #options: SoleUserOptions
  readonly #url: string
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  #client: pg.Client | undefined
  #keeping: Promise<void> = Promise.resolve()

  constructor(options: SoleUserOptions) {
    this.#options = options
    this.#url = withPassword(options.url, options.password)
    this.#signal = AbortSignal.any([this.#stop.signal, options.signal])
  }

  async begin(): Promise<void> {
    for (const deadline = performance.now() + (this.#options.waitMs ?? 5_000); ; ) {
      const holder = await this.#take()
      if (holder === undefined) return
      if (performance.now() > deadline || this.#signal.aborted) throw new OperatorError(this.#taken(holder))
      await this.#pause()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#keeping
    await this.#client?.end().catch(() => {}) // it is gone already
  }

  /** Undefined once the lock is held, else who has it. @throws when the database can't be asked */
  async #take(): Promise<string | undefined> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: `heliograph ${this.#options.instance}`.slice(0, 63),
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    })
    client.on('error', () => {}) // its end follows
    try {
      await client.connect()
      // The lock of a machine that vanished must not last for hours. A local socket has no such thing.
      await client.query('SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3')
      const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [...LOCK])
      if (!rows[0]?.held) {
        const holder = await holderOf(client)
        await client.end()
        return holder
      }
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    this.#client = client
    client.once('end', () => {
      if (!this.#signal.aborted) this.#keeping = this.#takeAgain()
    })
    return undefined
  }

  async #takeAgain(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        const holder = await this.#take()
        if (holder !== undefined) this.#options.onTaken(this.#taken(holder))
        return
      } catch (error) {
        this.#options.log.debug('database_lock_waits', { reason: (error as Error).message })
      }
      await this.#pause()
    }
  }

  #taken(holder: string): string {
    return `${addressOf(this.#url)} is in use by ${holder}: a standalone server needs a database of its own; servers that share one are a cluster`
  }

  async #pause(): Promise<void> {
    await sleep(RETRY_MS, undefined, { signal: this.#signal }).catch(() => {}) // stopped: the loop ends
  }
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND classid = $1 AND objid = $2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [...LOCK],
  )
  return rows[0]?.name || 'another server'
}
