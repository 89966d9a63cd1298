import type {
  Credentials,
  PasswordCheck,
  PasswordRequest,
  ScramFinish,
  ScramFinishRequest,
  ScramStart,
  ScramStartRequest,
} from './credentials.ts'
import { fakeScramKeys } from './fake.ts'
import { preparePassword } from './prep.ts'
import { type ScramKeys, verifyPassword, verifyScramProof } from './scram-keys.ts'

/** Credentials held in memory: keys by user name and hash. */
export class MemoryCredentials implements Credentials {
  readonly #users: ReadonlyMap<string, readonly ScramKeys[]>
  readonly #secret: Buffer
  readonly #iterations: number

  constructor(users: ReadonlyMap<string, readonly ScramKeys[]>, secret: Buffer, iterations: number) {
    this.#users = users
    this.#secret = secret
    this.#iterations = iterations
  }

  async scramStart(request: ScramStartRequest): Promise<ScramStart> {
    const { salt, iterations } = this.#keys(request)
    return { ok: true, salt, iterations, handle: '' }
  }

  async scramFinish(request: ScramFinishRequest): Promise<ScramFinish> {
    const serverSignature = verifyScramProof(this.#keys(request), request.authMessage, request.clientProof)
    return serverSignature === undefined ? { ok: false, condition: 'not-authorized' } : { ok: true, serverSignature }
  }

  async checkPassword(request: PasswordRequest): Promise<PasswordCheck> {
    const keys = this.#keys({ ...request, hash: 'SHA-256' })
    const prepared = preparePassword(request.password)
    const proven = prepared !== undefined && (await verifyPassword(prepared, keys))
    return proven ? { ok: true } : { ok: false, condition: 'not-authorized' }
  }

  #keys(request: ScramStartRequest): ScramKeys {
    const known = this.#users.get(request.username)?.find((keys) => keys.hash === request.hash)
    return known ?? fakeScramKeys(this.#secret, { ...request, iterations: this.#iterations })
  }
}
