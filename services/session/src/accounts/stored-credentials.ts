import { timingSafeEqual } from 'node:crypto'
import { type BareJid, makeJid } from '@heliograph/jid'
import {
  type Credentials,
  type CredentialsRequest,
  fakeScramKeys,
  hmac,
  type PasswordCheck,
  type PasswordRequest,
  ProvenPasswords,
  preparePassword,
  type Refusal,
  SCRAM_HASHES,
  type ScramFinish,
  type ScramFinishRequest,
  type ScramHash,
  type ScramKeys,
  type ScramStart,
  type ScramStartRequest,
  verifyPassword,
  verifyScramProof,
} from '@heliograph/sasl'
import type { AccountStore, StoredKeys } from './account-store.ts'
import type { Lockout } from './lockout.ts'
import { keysOf } from './password-keys.ts'
import { TimedMap } from './timed-map.ts'

export interface StoredCredentialsOptions {
  readonly store: AccountStore
  readonly lockout: Lockout
  /** Iterations of new keys; stored ones with fewer are replaced when their password is next seen. */
  readonly iterations: number
  /** Shared by all instances. */
  readonly secret: Buffer
  /** Milliseconds. */
  readonly now: () => number
  /** Told when an account's keys were replaced by stronger ones. */
  readonly onStrengthened: (account: BareJid) => void
}

/** PLAIN is checked against these. */
const PLAIN_HASH: ScramHash = 'SHA-256'
const REMEMBERED = 10_000
/** Changes are announced; these only bound the harm of an announcement that was lost. */
const KNOWN_MS = 60_000
const UNKNOWN_MS = 5_000
const NOT_AUTHORIZED: Refusal = { ok: false, condition: 'not-authorized' }
const LOCKED: Refusal = { ok: false, condition: 'temporary-auth-failure' }
const DISABLED: Refusal = { ok: false, condition: 'account-disabled' }

interface KnownKeys extends StoredKeys {
  /** See `StoredCredentials.#handle`. */
  readonly handle: string
}

/** Answers the SASL dialogues from the stored keys; those of unknown users from keys that nobody's password fits. */
export class StoredCredentials implements Credentials {
  readonly #options: StoredCredentialsOptions
  readonly #proven = new ProvenPasswords(REMEMBERED)
  /** Keys read lately, by account and hash: for the finish that follows a start, and for clients that all come back at once. */
  readonly #known: TimedMap<KnownKeys>
  #changes = 0

  constructor(options: StoredCredentialsOptions) {
    this.#options = options
    this.#known = new TimedMap(REMEMBERED, options.now)
  }

  /** To be called when the account has changed, here or at another instance. */
  forget(account: BareJid): void {
    this.#changes++
    for (const hash of SCRAM_HASHES) this.#known.delete(`${hash} ${account}`)
  }

  async scramStart(request: ScramStartRequest): Promise<ScramStart> {
    const { keys, handle } = await this.#keys(request, request.hash)
    return { ok: true, salt: keys.salt, iterations: keys.iterations, handle }
  }

  async scramFinish(request: ScramFinishRequest): Promise<ScramFinish> {
    const account = accountOf(request)
    const [{ locked, accountFailures }, { keys, handle, disabled }] = await Promise.all([
      this.#options.lockout.standing(account, request.source),
      this.#keys(request, request.hash),
    ])
    if (locked) return LOCKED
    const fits = equal(handle, request.handle)
    const serverSignature = verifyScramProof(keys, request.authMessage, request.clientProof)
    if (serverSignature === undefined || !fits) return this.#refuse(account, request)
    if (disabled) return DISABLED
    if (accountFailures > 0) await this.#options.lockout.clear(account)
    return { ok: true, serverSignature }
  }

  async checkPassword(request: PasswordRequest): Promise<PasswordCheck> {
    const account = accountOf(request)
    const [{ locked, accountFailures }, { keys, disabled }] = await Promise.all([
      this.#options.lockout.standing(account, request.source),
      this.#keys(request, PLAIN_HASH),
    ])
    if (locked) return LOCKED
    const prepared = preparePassword(request.password)
    if (prepared === undefined || !(await this.#fits(prepared, keys))) return this.#refuse(account, request)
    if (disabled) return DISABLED
    if (accountFailures > 0) await this.#options.lockout.clear(account)
    if (keys.iterations < this.#options.iterations) await this.#strengthen(account, prepared, keys)
    return { ok: true }
  }

  async #fits(prepared: string, keys: ScramKeys): Promise<boolean> {
    if (this.#proven.has(prepared, keys)) return true
    const fits = await verifyPassword(prepared, keys)
    if (fits) this.#proven.remember(prepared, keys)
    return fits
  }

  async #refuse(account: BareJid, { source }: CredentialsRequest): Promise<Refusal> {
    await this.#options.lockout.failed(account, source)
    return NOT_AUTHORIZED
  }

  /** Replaces keys that were cheap to guess at (XEP-0438 §5.2), unless the password was changed meanwhile. */
  async #strengthen(account: BareJid, prepared: string, proven: ScramKeys): Promise<void> {
    const keys = await keysOf(prepared, this.#options.iterations)
    if (keys !== undefined && (await this.#options.store.replaceKeys(account, keys, proven)))
      this.#options.onStrengthened(account)
  }

  async #keys(request: CredentialsRequest, hash: ScramHash): Promise<KnownKeys> {
    const { store, secret, iterations } = this.#options
    const account = accountOf(request)
    const key = `${hash} ${account}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const changes = this.#changes
    const stored = await store.keys(account, hash)
    // Made and remembered in both cases, so that time doesn't tell them apart.
    const fake = fakeScramKeys(secret, { username: request.username, domain: request.domain, hash, iterations })
    const { keys, disabled } = stored ?? { keys: fake, disabled: false }
    const found = { keys, disabled, handle: this.#handle(request, keys) }
    // A change during the look-up may have come after the database answered.
    if (changes === this.#changes) this.#known.set(key, found, stored === undefined ? UNKNOWN_MS : KNOWN_MS)
    return found
  }

  /** Names the account and its present keys: a finish with other ones can't succeed. */
  #handle({ username, domain }: CredentialsRequest, { hash, salt, iterations }: ScramKeys): string {
    const named = ['handle', domain, username, hash, iterations, salt.toString('base64')]
    return hmac('sha256', this.#options.secret, named.join('\0')).toString('base64')
  }
}

function accountOf({ username, domain }: CredentialsRequest): BareJid {
  const account = makeJid(username, domain)
  if (account === undefined) throw new Error('the user name of a credentials request was not prepared')
  return account
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
