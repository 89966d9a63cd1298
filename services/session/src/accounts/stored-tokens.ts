import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type BareJid, makeJid } from '@heliograph/jid'
import {
  type ClientAgent,
  hmac,
  type IssuedToken,
  type Refusal,
  type TokenCheck,
  type TokenRequest,
  type TokenScope,
  type Tokens,
} from '@heliograph/sasl'
import type { Lockout } from './lockout.ts'
import type { Holder, StoredToken, TokenStore } from './token-store.ts'

export interface StoredTokensOptions {
  readonly store: TokenStore
  readonly lockout: Lockout
  /** Shared by all instances. */
  readonly secret: Buffer
}

/** A device that is off for longer logs in with its password. */
const LIFE_MS = 21 * 86_400_000
/** Beyond this a token that was found out would be good for too long. */
const DUE_SECONDS = 86_400
const SEED_BYTES = 32
const NOT_AUTHORIZED: Refusal = { ok: false, condition: 'not-authorized' }
const EXPIRED: Refusal = { ok: false, condition: 'credentials-expired' }
const LOCKED: Refusal = { ok: false, condition: 'temporary-auth-failure' }
const DISABLED: Refusal = { ok: false, condition: 'account-disabled' }

/**
 * Tokens of XEP-0484 that every instance can check. HT needs the token itself as a key, so no hash of it would do. What is stored is a
 * seed, from which the token is derived with the secret of accounts: who reads the table alone can't log in with it.
 */
export class StoredTokens implements Tokens {
  readonly #options: StoredTokensOptions

  constructor(options: StoredTokensOptions) {
    this.#options = options
  }

  async checkToken(request: TokenRequest): Promise<TokenCheck> {
    const { store, lockout } = this.#options
    const holder = holderOf(request)
    const [{ locked, accountFailures }, stored] = await Promise.all([
      lockout.standing(holder.jid, request.source),
      store.of(holder, DUE_SECONDS),
    ])
    if (locked) return LOCKED
    const found = stored.find((each) => this.#fits(holder, each, request))
    // XEP-0484 §3.4: good for the mechanism it was issued for only, and each count once.
    if (found === undefined || isReplay(found, request)) return this.#refuse(holder.jid, request)
    if (found.disabled) return DISABLED
    if (found.expired) return EXPIRED
    if (!(await this.#use(holder, found, request))) return this.#refuse(holder.jid, request)
    if (accountFailures > 0) await lockout.clear(holder.jid)
    return { ok: true, response: this.#hash(holder, found, 'Responder', request.channelBinding), due: found.due }
  }

  async issueToken(scope: TokenScope & ClientAgent): Promise<IssuedToken | undefined> {
    const holder = holderOf(scope)
    const { mechanism, software, device } = scope
    const token = {
      mechanism,
      software,
      device,
      seed: randomBytes(SEED_BYTES),
      expires: new Date(Date.now() + LIFE_MS),
    }
    if (!(await this.#options.store.add(holder, token))) return undefined
    return { token: this.#token(holder, token), expiry: token.expires.toISOString() }
  }

  /** Takes note of the use; false when somebody else did the same in between. */
  #use(holder: Holder, found: StoredToken, { count, invalidate }: TokenRequest): Promise<boolean> | boolean {
    const { store } = this.#options
    if (invalidate) return store.remove(holder, found.seed)
    if (found.fresh) return this.#promote(holder, found.seed, count)
    return count < 0 || store.counted(holder, found.seed, count)
  }

  /** Of two logins with a new token at once, both are good unless they count the same. */
  async #promote(holder: Holder, seed: Buffer, count: number): Promise<boolean> {
    const { store } = this.#options
    if (await store.promote(holder, seed, count)) return true
    if (count >= 0) return store.counted(holder, seed, count)
    return (await store.of(holder, DUE_SECONDS)).some((each) => each.seed.equals(seed))
  }

  #fits(holder: Holder, stored: StoredToken, { mechanism, proof, channelBinding }: TokenRequest): boolean {
    if (stored.mechanism !== mechanism) return false
    const expected = this.#hash(holder, stored, 'Initiator', channelBinding)
    return expected.length === proof.length && timingSafeEqual(expected, proof)
  }

  async #refuse(jid: BareJid, { source }: TokenRequest): Promise<Refusal> {
    await this.#options.lockout.failed(jid, source)
    return NOT_AUTHORIZED
  }

  #hash(holder: Holder, stored: Pick<StoredToken, 'mechanism' | 'seed'>, role: string, binding: Buffer): Buffer {
    return hmac('sha256', Buffer.from(this.#token(holder, stored)), Buffer.concat([Buffer.from(role), binding]))
  }

  #token({ jid, client }: Holder, { mechanism, seed }: Pick<StoredToken, 'mechanism' | 'seed'>): string {
    const named = ['token', jid, client, mechanism, seed.toString('base64')].join('\0')
    return hmac('sha256', this.#options.secret, named).toString('base64url')
  }
}

function isReplay({ count }: StoredToken, request: TokenRequest): boolean {
  return request.count >= 0 && request.count <= count
}

function holderOf({ username, domain, client }: TokenScope): Holder {
  const jid = makeJid(username, domain)
  if (jid === undefined) throw new Error('the user name of a token request was not prepared')
  return { jid, client }
}
