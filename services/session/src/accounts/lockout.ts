import type { BareJid } from '@heliograph/jid'
import { addressGroup } from '@heliograph/streams'
import type { Counters } from './counters.ts'

export interface LockoutLimits {
  /** Failures of one account within the window before more attempts are refused. */
  readonly attempts: number
  /** How long a failure counts. */
  readonly windowSeconds: number
  /** The same for one client address, which many people may share. Default: five times `attempts`. */
  readonly addressAttempts?: number
}

/** Counts failed logins by account and by client address, for the whole cluster and whether or not the account exists. */
export class Lockout {
  readonly #counters: Counters
  readonly #limits: LockoutLimits

  constructor(counters: Counters, limits: LockoutLimits) {
    this.#counters = counters
    this.#limits = limits
  }

  /** The failures so far, with the verdict on them. */
  async standing(account: BareJid, source: string): Promise<{ locked: boolean; accountFailures: number }> {
    const { attempts, addressAttempts = attempts * 5 } = this.#limits
    const [accountFailures, addressFailures] = await Promise.all([
      this.#counters.peek(accountKey(account)),
      source === '' ? 0 : this.#counters.peek(addressKey(source)),
    ])
    return { locked: accountFailures >= attempts || addressFailures >= addressAttempts, accountFailures }
  }

  async failed(account: BareJid, source: string): Promise<void> {
    const keys = source === '' ? [accountKey(account)] : [accountKey(account), addressKey(source)]
    await Promise.all(keys.map((key) => this.#counters.increment(key, this.#limits.windowSeconds)))
  }

  /** Forgets the account's failures. Not the address's: its user may own one account and guess at others. */
  async clear(account: BareJid): Promise<void> {
    await this.#counters.reset(accountKey(account))
  }
}

function accountKey(account: BareJid): string {
  return `login-failures:account:${account}`
}

function addressKey(source: string): string {
  return `login-failures:address:${addressGroup(source)}`
}
