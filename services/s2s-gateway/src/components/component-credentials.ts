import { randomBytes } from 'node:crypto'
import type { Domain } from '@heliograph/jid'
import {
  type Credentials,
  DEFAULT_ITERATIONS,
  deriveScramKeys,
  MemoryCredentials,
  type PasswordCheck,
  type PasswordRequest,
  preparePassword,
  SALT_LENGTH,
  SCRAM_HASHES,
  type ScramFinish,
  type ScramFinishRequest,
  type ScramKeys,
  type ScramStart,
  type ScramStartRequest,
} from '@heliograph/sasl'
import { bySasl, type Definition } from './definition.ts'

/** The secrets of components, as SASL asks for them. Keys are made when the first component asks. */
export class ComponentCredentials implements Credentials {
  readonly #definitions: ReadonlyMap<Domain, Definition>
  #made: Promise<MemoryCredentials> | undefined

  constructor(definitions: ReadonlyMap<Domain, Definition>) {
    this.#definitions = definitions
  }

  async scramStart(request: ScramStartRequest): Promise<ScramStart> {
    return (await this.#keys()).scramStart(request)
  }

  async scramFinish(request: ScramFinishRequest): Promise<ScramFinish> {
    return (await this.#keys()).scramFinish(request)
  }

  async checkPassword(request: PasswordRequest): Promise<PasswordCheck> {
    return (await this.#keys()).checkPassword(request)
  }

  #keys(): Promise<MemoryCredentials> {
    this.#made ??= this.#derive()
    return this.#made
  }

  async #derive(): Promise<MemoryCredentials> {
    const known = [...this.#definitions.values()].filter(bySasl)
    const keys = await Promise.all(
      known.map(async (definition) => [definition.domain, await keysOf(definition)] as const),
    )
    return new MemoryCredentials(new Map(keys), randomBytes(32), DEFAULT_ITERATIONS)
  }
}

/** None where no client could say the secret (RFC 4013). */
async function keysOf({ password }: Definition): Promise<readonly ScramKeys[]> {
  const prepared = preparePassword(password)
  if (prepared === undefined) return []
  const iterations = DEFAULT_ITERATIONS
  return Promise.all(
    SCRAM_HASHES.map((hash) => deriveScramKeys(prepared, { hash, iterations, salt: randomBytes(SALT_LENGTH) })),
  )
}
