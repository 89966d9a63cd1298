import type { Querier } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { Logger } from '@heliograph/telemetry'

/** On which every instance is told that an account was made, changed or deleted; the message is its address. */
export const ACCOUNTS_CHANGED = 'accounts'

const PAUSE_MS = 1_000
const REFRESH_MS = 60_000
/** Longer than an announcement is under way. */
const LATELY_S = 30
/** As long as they are noted. */
const ALL_S = 3_600
/** Beyond that those of the last. */
const MOST = 10_000

const SINCE = `SELECT jid FROM departed_accounts WHERE departed_at > now() - make_interval(secs => $1)
  ORDER BY departed_at DESC LIMIT ${MOST}`

export interface DepartedAccountsParts {
  readonly db: Querier
  readonly log: Logger
  /** These accounts were deleted lately: some of them it may have been told of before, and somebody may have taken the name since. */
  readonly onDeparted: (users: ReadonlySet<BareJid>) => void
}

/** Tells of accounts that are no more. */
export class DepartedAccounts implements Disposable {
  readonly #parts: DepartedAccountsParts
  readonly #timer: NodeJS.Timeout
  #reading: Promise<void> | undefined
  /** From how many seconds ago on is to be read; 0: nothing. */
  #wanted = 0

  constructor(parts: DepartedAccountsParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#want(ALL_S), REFRESH_MS)
  }

  /** An account changed. What changes while it is being read is read after a second. */
  refresh(): void {
    this.#want(LATELY_S)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #want(seconds: number): void {
    this.#wanted = Math.max(this.#wanted, seconds)
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
  }

  async #readAll(): Promise<void> {
    while (this.#wanted > 0) {
      const seconds = this.#wanted
      this.#wanted = 0
      try {
        await this.#read(seconds)
      } catch (error) {
        // All are read each minute.
        this.#parts.log.warn('departed_accounts_unread', { error })
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref())
    }
  }

  async #read(seconds: number): Promise<void> {
    const { rows } = await this.#parts.db.query<{ jid: BareJid }>('departed_since', SINCE, [seconds])
    if (rows.length > 0) this.#parts.onDeparted(new Set(rows.map(({ jid }) => jid)))
  }
}
