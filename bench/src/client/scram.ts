import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Account } from './endpoint.ts'

const deriveKey = promisify(pbkdf2)

/** SASL names of the SCRAM forms spoken here and the digests behind them. */
export const SCRAM_DIGESTS: Readonly<Record<string, string>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
}

interface Keys {
  readonly clientKey: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** Keys already derived. A real client keeps them too (RFC 5802 §5.1), and the generator must not spend its CPU here. */
export type ScramKeyCache = Map<string, Promise<Keys>>

async function keysOf(digest: string, password: string, salt: Buffer, iterations: number): Promise<Keys> {
  const length = createHash(digest).digest().length
  const salted = await deriveKey(password, salt, iterations, length, digest)
  const clientKey = createHmac(digest, salted).update('Client Key').digest()
  const storedKey = createHash(digest).update(clientKey).digest()
  return { clientKey, storedKey, serverKey: createHmac(digest, salted).update('Server Key').digest() }
}

function fieldsOf(message: string): Map<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

/** One SCRAM exchange of a client without channel binding (RFC 5802). */
export class ScramExchange {
  readonly #digest: string
  readonly #account: Account
  readonly #cache: ScramKeyCache
  readonly #nonce: string
  readonly #bare: string
  #signature = Buffer.alloc(0)

  constructor(digest: string, account: Account, cache: ScramKeyCache, nonce = randomBytes(18).toString('base64')) {
    this.#digest = digest
    this.#account = account
    this.#cache = cache
    this.#nonce = nonce
    this.#bare = `n=${account.name.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  }

  /** The client's first message. */
  first(): string {
    return `n,,${this.#bare}`
  }

  /** The client's final message; throws when the server's nonce is not built on ours. */
  async final(serverFirst: string): Promise<string> {
    const fields = fieldsOf(serverFirst)
    const nonce = fields.get('r') ?? ''
    const salt = fields.get('s') ?? ''
    const iterations = Number(fields.get('i'))
    if (!nonce.startsWith(this.#nonce)) throw new Error('SCRAM: the server changed the nonce') // RFC 5802 §5.1
    const keys = await this.#keys(salt, iterations)
    const withoutProof = `c=biws,r=${nonce}`
    const message = `${this.#bare},${serverFirst},${withoutProof}`
    const signature = createHmac(this.#digest, keys.storedKey).update(message).digest()
    this.#signature = createHmac(this.#digest, keys.serverKey).update(message).digest()
    const proof = keys.clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`
  }

  /** Whether the server proved that it knows the keys (RFC 5802 §3). */
  verify(serverFinal: string): boolean {
    const given = Buffer.from(fieldsOf(serverFinal).get('v') ?? '', 'base64')
    return given.length === this.#signature.length && timingSafeEqual(given, this.#signature)
  }

  #keys(salt: string, iterations: number): Promise<Keys> {
    const key = `${this.#digest} ${iterations} ${salt} ${this.#account.password}`
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const derived = keysOf(this.#digest, this.#account.password, Buffer.from(salt, 'base64'), iterations)
    this.#cache.set(key, derived)
    return derived
  }
}
