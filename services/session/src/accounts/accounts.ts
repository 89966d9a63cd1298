import { randomBytes } from 'node:crypto'
import type { Database } from '@heliograph/database'
import { type BareJid, type Domain, domainOf, type Jid, localOf } from '@heliograph/jid'
import {
  type Bearers,
  type Credentials,
  DEFAULT_ITERATIONS,
  hmac,
  preparePassword,
  type Tokens,
  type Upgrades,
  verifyPassword,
} from '@heliograph/sasl'
import { AccountStore, type Insertion, type StoredAccount } from './account-store.ts'
import { BearerTokens, type BearerTokensOptions } from './bearer/bearer-tokens.ts'
import type { Counters } from './counters.ts'
import { Existence } from './existence.ts'
import { Lockout, type LockoutLimits } from './lockout.ts'
import { type NameFacts, nameFacts } from './name-store.ts'
import { keysOf } from './password-keys.ts'
import { type PasswordPolicy, PasswordRules } from './password-rules.ts'
import { StoredCredentials } from './stored-credentials.ts'
import { StoredTokens } from './stored-tokens.ts'
import { StoredUpgrades } from './stored-upgrades.ts'
import { type TokenClient, TokenStore } from './token-store.ts'

export interface AccountsOptions {
  readonly db: Pick<Database, 'query' | 'transaction'>
  readonly counters: Counters
  readonly lockout: LockoutLimits
  /** Iterations of new keys; default 10 000. */
  readonly iterations?: number
  /** Default: any password will do. */
  readonly passwords?: PasswordPolicy
  /** Whose tokens let users in; default nobody's. */
  readonly bearer?: Pick<BearerTokensOptions, 'policy' | 'keys'>
  /** How many accounts a domain may have, as it is now; undefined: any number. Default: any number. */
  readonly mostIn?: (domain: Domain) => number | undefined
  /** How long it is remembered that there was an account. Default: not at all. */
  readonly registration?: { readonly keepRemovedDays: number }
  /** Told after each change made here; other instances have to {@link Accounts.forget} the account. */
  readonly onChange?: (change: AccountChange) => void
  /** Milliseconds from any start; default `performance.now`. */
  readonly now?: () => number
}

export interface AccountChange {
  readonly jid: BareJid
  readonly kind: 'created' | 'deleted' | 'password' | 'disabled' | 'enabled'
}

/**
 * `not-acceptable`: a password with prohibited characters or none; `resource-constraint`: the domain has as many accounts as it may have. The other conditions are a stanza error's too.
 */
export type AccountVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly condition: 'conflict' | 'item-not-found' | 'not-acceptable' | 'resource-constraint'
      readonly text?: string
    }

export interface AccountPage {
  readonly accounts: readonly StoredAccount[]
  /** Where the next page goes on; undefined: that was the last. */
  readonly next: BareJid | undefined
}

const FULL = 'the domain has as many accounts as it may have'
const LARGEST_PAGE = 1_000
/** The hash by which former passwords are known. */
const FORMER = 'SHA-256'
const ANY_PASSWORD: PasswordPolicy = { minLength: 1, minClasses: 1, minStrength: 0, history: 0 }

/** The accounts of all domains. Any instance may change them; passwords are kept as SCRAM keys only (XEP-0438). */
export class Accounts {
  /** For the SASL dialogues. */
  readonly credentials: Credentials
  /** For clients with tokens of an issuer; undefined where none is trusted. */
  readonly bearers: Bearers | undefined
  /** For clients that have a password of which keys are missing. */
  readonly upgrades: Upgrades
  /** For clients that come back. A change of password or a disabled account ends them all. */
  readonly tokens: Tokens
  readonly #credentials: StoredCredentials
  readonly #db: Pick<Database, 'query'>
  readonly #store: AccountStore
  readonly #tokens: TokenStore
  readonly #registration: { readonly keepRemovedDays: number }
  readonly #existence: Existence
  readonly #iterations: number
  readonly #rules: PasswordRules
  readonly #secret: Buffer
  readonly #onChange: (change: AccountChange) => void

  private constructor(options: AccountsOptions, store: AccountStore, secret: Buffer) {
    const { counters, lockout, iterations = DEFAULT_ITERATIONS, now = () => performance.now() } = options
    this.#db = options.db
    this.#store = store
    this.#registration = options.registration ?? { keepRemovedDays: 0 }
    this.#iterations = iterations
    this.#secret = secret
    this.#rules = new PasswordRules(options.passwords ?? ANY_PASSWORD)
    this.#onChange = options.onChange ?? (() => {})
    this.#existence = new Existence((jid) => store.exists(jid), now)
    const failures = new Lockout(counters, lockout)
    this.#tokens = new TokenStore(options.db)
    this.tokens = new StoredTokens({ store: this.#tokens, lockout: failures, secret })
    this.bearers =
      options.bearer &&
      new BearerTokens({
        ...options.bearer,
        standing: (jid) => store.standing(jid),
        create: async (jid) => {
          const made = this.#made(jid, await store.insertBare(jid))
          // Somebody else made it just now.
          return made.ok || made.condition === 'conflict'
        },
      })
    const onStrengthened = (jid: BareJid) => this.#changed(true, { jid, kind: 'password' }, 'item-not-found')
    this.upgrades = new StoredUpgrades({ store, iterations, onUpgraded: onStrengthened })
    this.#credentials = new StoredCredentials({
      store,
      lockout: failures,
      iterations,
      secret,
      now,
      onStrengthened,
    })
    this.credentials = this.#credentials
  }

  /** Migrations have to be done. */
  static async open(options: AccountsOptions): Promise<Accounts> {
    const store = new AccountStore(options.db, options.mostIn)
    return new Accounts(options, store, await store.secret(randomBytes(32)))
  }

  /** To be called when something else of an account has changed: other instances are told to look at it again. */
  noteChange(jid: BareJid): void {
    this.#changed(true, { jid, kind: 'created' }, 'conflict')
  }

  /** @param invite hash of the token of the invitation that it takes, which is used up with it; `item-not-found` when there is none */
  async create(jid: BareJid, password: string, invite?: Buffer): Promise<AccountVerdict> {
    const keys = await keysOf(password, this.#iterations)
    if (keys === undefined) return { ok: false, condition: 'not-acceptable' }
    if (invite !== undefined) {
      const insertion = await this.#store.insertInvited(jid, keys, invite)
      const unknown = insertion === 'not made' && !(await this.#store.exists(jid))
      return this.#made(jid, insertion, unknown ? 'item-not-found' : 'conflict')
    }
    return this.#made(jid, await this.#store.insert(jid, keys))
  }

  /** What is known of a name that somebody wants to register; `reserved` are names that nobody may have. */
  nameFacts(jid: BareJid, reserved: readonly string[]): Promise<NameFacts> {
    const { keepRemovedDays } = this.#registration
    return nameFacts(this.#db, jid, { keepRemovedDays, reserved })
  }

  /**
   * What the rules have against the first password of an account, in plain English; undefined: nothing. Whoever lets people choose
   * passwords asks before {@link create}, which takes any. Tells nothing of an account that there is already.
   */
  async firstPasswordProblem(jid: BareJid, password: string): Promise<string | undefined> {
    const prepared = preparePassword(password)
    if (prepared === undefined) return 'the password holds characters that passwords may not hold'
    return this.#rules.problem(prepared, [localOf(jid as Jid), domainOf(jid as Jid)])
  }

  /** The same for another password, to be asked before {@link setPassword} for those who may change it. */
  async passwordProblem(jid: BareJid, password: string): Promise<string | undefined> {
    const problem = await this.firstPasswordProblem(jid, password)
    if (problem !== undefined) return problem
    const former = await this.#isFormer(jid, preparePassword(password) ?? '')
    return former ? 'the password is one that the account had before' : undefined
  }

  async #isFormer(jid: BareJid, prepared: string): Promise<boolean> {
    const { history } = this.#rules.policy
    if (history === 0) return false
    const present = await this.#store.keys(jid, FORMER)
    if (present === undefined) return false
    const former = history > 1 ? await this.#store.formerKeys(jid, FORMER, history - 1) : []
    for (const keys of [present.keys, ...former]) if (await verifyPassword(prepared, keys)) return true
    return false
  }

  async setPassword(jid: BareJid, password: string): Promise<AccountVerdict> {
    const keys = await keysOf(password, this.#iterations)
    if (keys === undefined) return { ok: false, condition: 'not-acceptable' }
    const { history } = this.#rules.policy
    if (history > 0) await this.#store.keepFormer(jid, FORMER, history - 1)
    return this.#changed(await this.#store.replaceKeys(jid, keys), { jid, kind: 'password' }, 'item-not-found')
  }

  /** Removes account and keys; what else is stored of the user is its owners' to remove. */
  async delete(jid: BareJid): Promise<AccountVerdict> {
    return this.#changed(
      await this.#store.delete(jid, this.#registration.keepRemovedDays),
      { jid, kind: 'deleted' },
      'item-not-found',
    )
  }

  /** A disabled account can't log in (`account-disabled`); it exists and receives. Idempotent. */
  async setDisabled(jid: BareJid, disabled: boolean): Promise<AccountVerdict> {
    if (await this.#store.setDisabled(jid, disabled))
      return this.#changed(true, { jid, kind: disabled ? 'disabled' : 'enabled' }, 'item-not-found')
    return (await this.#store.exists(jid)) ? { ok: true } : { ok: false, condition: 'item-not-found' }
  }

  /** The clients that may come back with a token. */
  tokenClients(jid: BareJid): Promise<TokenClient[]> {
    return this.#tokens.clients(jid)
  }

  /** Ends all tokens of a client: from now on no instance lets it in with one. @returns false when it had none */
  endTokens(jid: BareJid, client: string): Promise<boolean> {
    return this.#tokens.removeAll({ jid, client })
  }

  /** Whether there is such an account; usually from memory, at most a minute old if an announcement got lost. */
  exists(jid: BareJid): Promise<boolean> {
    return this.#existence.has(jid)
  }

  /** A keyed digest that every instance makes the same of a text, and nobody else. The text begins with what it is for. */
  mark(text: string): Buffer {
    return hmac('sha256', this.#secret, `mark\0${text}`)
  }

  /** To be called when another instance announced a change. */
  forget(jid: BareJid): void {
    this.#existence.forget(jid)
    this.#credentials.forget(jid)
  }

  /** How many accounts a domain has; with `disabled`, of those that are or aren't. */
  count(domain: Domain, disabled?: boolean): Promise<number> {
    return this.#store.count(domain, disabled)
  }

  /** Accounts of a domain, or of all, in the byte order of their addresses; at most 1000 a page. */
  async list(query: { domain?: Domain; after?: BareJid; max: number; disabled?: boolean }): Promise<AccountPage> {
    const max = Math.min(Math.max(query.max, 1), LARGEST_PAGE)
    const found = await this.#store.list(query.domain, query.after ?? '', max + 1, query.disabled)
    const accounts = found.slice(0, max)
    return { accounts, next: found.length > max ? accounts.at(-1)?.jid : undefined }
  }

  #made(jid: BareJid, insertion: Insertion, otherwise: 'conflict' | 'item-not-found' = 'conflict'): AccountVerdict {
    if (insertion === 'full') return { ok: false, condition: 'resource-constraint', text: FULL }
    return this.#changed(insertion === 'made', { jid, kind: 'created' }, otherwise)
  }

  #changed(done: boolean, change: AccountChange, otherwise: 'conflict' | 'item-not-found'): AccountVerdict {
    if (!done) return { ok: false, condition: otherwise }
    this.forget(change.jid)
    this.#onChange(change)
    return { ok: true }
  }
}
