import { createHmac, timingSafeEqual } from 'node:crypto'
import { type BareJid, makeJid } from '@heliograph/jid'
import {
  type Credentials,
  type CredentialsRequest,
  fakeScramKeys,
  type PasswordCheck,
  type PasswordRequest,
  ProvenPasswords,
  preparePassword,
  type Refusal,
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
import { BoundedMap } from './bounded-map.ts'
import type { Lockout } from './lockout.ts'
import { keysOf } from './password-keys.ts'

export interface StoredCredentialsOptions {
  readonly store: AccountStore
  readonly lockout: Lockout
  /** Iterations of new keys; stored ones with fewer are replaced when their password is next seen. */
  readonly iterations: number
  /** Shared by all instances. */
  readonly secret: Buffer
  /** Milliseconds. */
  readonly now: () => number
}

/** PLAIN is checked against these. */
const PLAIN_HASH: ScramHash = 'SHA-256'
const STARTED_MS = 5_000
const REMEMBERED = 10_000
const NOT_AUTHORIZED: Refusal = { ok: false, condition: 'not-authorized' }
const LOCKED: Refusal = { ok: false, condition: 'temporary-auth-failure' }
const DISABLED: Refusal = { ok: false, condition: 'account-disabled' }

/** Answers the SASL dialogues from the stored keys; those of unknown users from keys that nobody's password fits. */
export class StoredCredentials implements Credentials {
  readonly #options: StoredCredentialsOptions
  readonly #proven = new ProvenPasswords(REMEMBERED)
  /** Keys read by a start, for the finish that follows at once and usually comes to this instance; used once. */
  readonly #started: BoundedMap<StoredKeys>

  constructor(options: StoredCredentialsOptions) {
    this.#options = options
    this.#started = new BoundedMap(REMEMBERED, options.now)
  }

  async scramStart(request: ScramStartRequest): Promise<ScramStart> {
    const found = await this.#keys(request, request.hash)
    const { salt, iterations } = found.keys
    const handle = this.#handle(request, found.keys)
    this.#started.set(handle, found, STARTED_MS)
    return { ok: true, salt, iterations, handle }
  }

  async scramFinish(request: ScramFinishRequest): Promise<ScramFinish> {
    const account = accountOf(request)
    const [{ locked, accountFailures }, { keys, disabled }] = await Promise.all([
      this.#options.lockout.standing(account, request.source),
      this.#finishKeys(request),
    ])
    if (locked) return LOCKED
    const fits = equal(this.#handle(request, keys), request.handle)
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
    if (keys !== undefined) await this.#options.store.replaceKeys(account, keys, proven)
  }

  async #finishKeys(request: ScramFinishRequest): Promise<StoredKeys> {
    const started = this.#started.get(request.handle)
    this.#started.delete(request.handle)
    return started ?? this.#keys(request, request.hash)
  }

  async #keys(request: CredentialsRequest, hash: ScramHash): Promise<StoredKeys> {
    const { store, secret, iterations } = this.#options
    const found = await store.keys(accountOf(request), hash)
    // Made in both cases, so that time doesn't tell them apart.
    const keys = fakeScramKeys(secret, { username: request.username, domain: request.domain, hash, iterations })
    return found ?? { keys, disabled: false }
  }

  /** Names the account and its present keys: a finish with other ones can't succeed. */
  #handle({ username, domain }: CredentialsRequest, { hash, salt, iterations }: ScramKeys): string {
    const named = ['handle', domain, username, hash, iterations, salt.toString('base64')]
    return createHmac('sha256', this.#options.secret).update(named.join('\0')).digest('base64')
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
