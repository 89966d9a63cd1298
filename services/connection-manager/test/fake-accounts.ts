import { randomBytes } from 'node:crypto'
import type {
  Accounts,
  AdmitAnonymousRequest,
  CheckBearerRequest,
  CheckTokenRequest,
  RegisterRequest,
  TokenScope,
  UpgradeFinishRequest,
  UpgradeScope,
  Verdict,
} from '@heliograph/rpc'
import {
  deriveScramKeys,
  hmac,
  keyLength,
  preparePassword,
  type ScramHash,
  type ScramKeys,
  verifyScramProof,
} from '@heliograph/sasl'

const OK: Verdict = { ok: true, condition: '' }
const REFUSED: Verdict = { ok: false, condition: 'not-authorized' }
const NO_BYTES = Buffer.alloc(0)

/** Accounts in memory. */
export class FakeAccounts implements Accounts {
  readonly passwords = new Map<string, string>([['juliet', 'r0m30myr0m30']])
  readonly tokens = new Map<string, string>()
  /** Hashes for which there are no keys. */
  readonly lacking = new Set<ScramHash>()
  /** Tokens are to be replaced. */
  due = false
  /** As when the service behind it can't be reached. */
  away = false
  readonly #keys = new Map<string, Promise<ScramKeys>>()

  async scramStart({ username, hash }: { username: string; hash: ScramHash }) {
    this.#reach()
    const { salt, iterations } = await this.#keysOf(username, hash)
    return { ...OK, salt, iterations, handle: 'h' }
  }

  async scramFinish(request: { username: string; hash: ScramHash; authMessage: string; clientProof: Uint8Array }) {
    this.#reach()
    const keys = await this.#keysOf(request.username, request.hash)
    const signature = verifyScramProof(keys, request.authMessage, Buffer.from(request.clientProof))
    return signature === undefined ? { ...REFUSED, serverSignature: NO_BYTES } : { ...OK, serverSignature: signature }
  }

  async checkPassword({ username, password }: { username: string; password: string }): Promise<Verdict> {
    this.#reach()
    return this.passwords.get(username) === password ? OK : REFUSED
  }

  async checkToken({ username, client, mechanism, proof, channelBinding, invalidate }: CheckTokenRequest) {
    this.#reach()
    const token = this.tokens.get(`${username} ${client} ${mechanism}`) ?? randomBytes(16).toString('hex')
    const hash = (role: string) =>
      hmac('sha256', Buffer.from(token), Buffer.concat([Buffer.from(role), channelBinding]))
    if (!hash('Initiator').equals(proof)) return { ...REFUSED, response: NO_BYTES, due: false }
    if (invalidate) this.tokens.clear()
    return { ...OK, response: hash('Responder'), due: this.due }
  }

  async issueToken({ username, client, mechanism }: TokenScope) {
    this.#reach()
    const token = randomBytes(16).toString('hex')
    this.tokens.set(`${username} ${client} ${mechanism}`, token)
    return { ok: true, token, expiry: '2026-01-01T00:00:00.000Z' }
  }

  async checkBearer({ token }: CheckBearerRequest) {
    this.#reach()
    if (token === 'good') return { ...OK, username: 'juliet', problem: '' }
    if (token === 'disabled') return { ok: false, condition: 'account-disabled', username: '', problem: '' }
    return { ...REFUSED, username: '', problem: 'invalid_token' }
  }

  async admitAnonymous({ source }: AdmitAnonymousRequest): Promise<Verdict> {
    this.#reach()
    return source === '203.0.113.1' ? REFUSED : OK
  }

  async upgradeStart({ hash }: UpgradeScope) {
    this.#reach()
    return { needed: this.lacking.has(hash), salt: Buffer.from('salt'), iterations: 4096, handle: 'h' }
  }

  async upgradeFinish({ hash, salt, saltedPassword }: UpgradeFinishRequest) {
    this.#reach()
    const ok = Buffer.from(salt).toString() === 'salt' && saltedPassword.length === keyLength(hash)
    if (ok) this.lacking.delete(hash)
    return { ok }
  }

  async register({ username, password, invite, challenge, answer }: RegisterRequest): Promise<Verdict> {
    this.#reach()
    this.invite = invite
    if (this.answer !== '' && `${challenge} ${answer}` !== `c1 ${this.answer}`)
      return { ok: false, condition: 'not-acceptable', text: 'that is not the answer' }
    if (this.passwords.has(username)) return { ok: false, condition: 'conflict' }
    this.passwords.set(username, password)
    return OK
  }

  /** The answer to a question, where one is asked. */
  answer = ''

  async askQuestion() {
    this.#reach()
    return this.answer === '' ? { challenge: '', question: '' } : { challenge: 'c1', question: 'Who is <there>?' }
  }

  /** Invitations that are good. */
  readonly invites = new Set<string>()
  /** With what the last account was registered. */
  invite = ''

  async checkInvite({ token }: { token: string }): Promise<Verdict> {
    this.#reach()
    return this.invites.has(token)
      ? OK
      : { ok: false, condition: 'item-not-found', text: 'The provided token is invalid' }
  }

  async changePassword(): Promise<Verdict> {
    return REFUSED
  }

  #reach(): void {
    if (this.away) throw new Error('nobody there')
  }

  #keysOf(username: string, hash: ScramHash): Promise<ScramKeys> {
    const key = `${username} ${hash}`
    let keys = this.#keys.get(key)
    if (keys === undefined) {
      const password = preparePassword(this.passwords.get(username) ?? 'nobody') ?? ''
      keys = deriveScramKeys(password, { hash, salt: randomBytes(16), iterations: 4096 })
      this.#keys.set(key, keys)
    }
    return keys
  }
}
