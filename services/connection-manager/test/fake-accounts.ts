import { randomBytes } from 'node:crypto'
import type { Accounts, Verdict } from '@heliograph/rpc'
import { deriveScramKeys, preparePassword, type ScramHash, type ScramKeys, verifyScramProof } from '@heliograph/sasl'

const OK: Verdict = { ok: true, condition: '' }
const REFUSED: Verdict = { ok: false, condition: 'not-authorized' }
const NO_BYTES = Buffer.alloc(0)

/** Accounts in memory. */
export class FakeAccounts implements Accounts {
  readonly passwords = new Map<string, string>([['juliet', 'r0m30myr0m30']])
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

  async register({ username, password }: { username: string; password: string }): Promise<Verdict> {
    this.#reach()
    if (this.passwords.has(username)) return { ok: false, condition: 'conflict' }
    this.passwords.set(username, password)
    return OK
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
