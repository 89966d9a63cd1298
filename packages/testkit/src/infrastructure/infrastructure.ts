import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatorError } from '@heliograph/telemetry'
import { freePort } from '../free-port.ts'
import { aptInstall, findBinary, findPostgres } from './binaries.ts'
import { engineAnswers, startContainer } from './container.ts'
import { LocalPostgres } from './local-postgres.ts'
import { LocalServer } from './local-server.ts'
import { type BackingKind, type BackingServer, foreignServer } from './server.ts'
import { Workspaces } from './workspaces.ts'

export interface InfrastructureOptions {
  /** Servers of one's own, that may be stopped and killed: addresses in the environment are not used. */
  readonly own?: boolean
  /** Where a Postgres run from binaries keeps its data; default with the others' files. */
  readonly postgresDir?: string
  /** Told where each server came from, and what is being installed. Default: silent. */
  readonly say?: (line: string) => void
}

/** Real servers for tests, and rooms in them that no other test sees. */
export interface Infrastructure extends AsyncDisposable {
  readonly nats: BackingServer
  readonly redis: BackingServer
  readonly postgres: BackingServer
  /** Address of a fresh, empty database; dropped on close. */
  createDatabase(): Promise<string>
  /** A prefix for Redis keys that nobody else uses. */
  redisPrefix(): string
  /** The addresses, as environment variables for a process that calls {@link infrastructure}. */
  env(): Record<string, string>
  /** Stops what was started here. */
  close(): Promise<void>
}

/** The variables in which an address can be given. */
export const TEST_VARIABLES: Readonly<Record<BackingKind, string>> = {
  nats: 'HELIOGRAPH_TEST_NATS',
  redis: 'HELIOGRAPH_TEST_REDIS',
  postgres: 'HELIOGRAPH_TEST_POSTGRES',
}

/**
 * Finds or starts NATS, Redis and Postgres: addresses in the environment, else containers when an engine answers, else
 * binaries of this machine (Postgres: also those from npm), else binaries installed with apt-get when root on Debian.
 * @throws OperatorError: one message that says what is missing and what would help.
 */
export async function infrastructure(options: InfrastructureOptions = {}): Promise<Infrastructure> {
  const say = options.say ?? (() => {})
  const dir = await makeDir()
  const found: BackingServer[] = []
  const finder = new Finder({ own: options.own ?? false, dir, postgresDir: options.postgresDir ?? dir, say })
  try {
    for (const kind of ['nats', 'redis', 'postgres'] as const) {
      const server = await finder.find(kind)
      found.push(server)
      say(`${kind}: ${server.origin}`)
    }
  } catch (error) {
    await dispose(found, dir)
    throw error
  }
  const [nats, redis, postgres] = found as [BackingServer, BackingServer, BackingServer]
  const workspaces = new Workspaces(postgres)
  const close = async (): Promise<void> => {
    await workspaces.drop()
    await dispose(found, dir)
  }
  return {
    nats,
    redis,
    postgres,
    createDatabase: () => workspaces.createDatabase(),
    redisPrefix: () => workspaces.prefix(),
    env: () => Object.fromEntries(found.map((server) => [TEST_VARIABLES[server.kind], server.url])),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * One server of one's own, found or started like those of {@link infrastructure}, for tests that need no other.
 * @throws OperatorError: one message that says what is missing and what would help.
 */
export async function ownServer(kind: BackingKind, say: (line: string) => void = () => {}): Promise<BackingServer> {
  const dir = await makeDir()
  try {
    const server = await new Finder({ own: true, dir, postgresDir: dir, say }).find(kind)
    const end = server[Symbol.asyncDispose].bind(server)
    const close = async (): Promise<void> => {
      await end()
      await dispose([], dir)
    }
    return Object.assign(server, { [Symbol.asyncDispose]: close })
  } catch (error) {
    await dispose([], dir)
    throw error
  }
}

/** Postgres may have to run as another user than root, who passes through. */
async function makeDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hg-test-'))
  await chmod(dir, 0o711)
  return dir
}

async function dispose(servers: readonly BackingServer[], dir: string): Promise<void> {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await rm(dir, { recursive: true, force: true })
}

interface Means {
  readonly own: boolean
  readonly dir: string
  readonly postgresDir: string
  readonly say: (line: string) => void
}

class Finder {
  readonly #own: boolean
  readonly #dir: string
  readonly #postgresDir: string
  readonly #say: (line: string) => void
  #engine: Promise<boolean> | undefined

  constructor({ own, dir, postgresDir, say }: Means) {
    this.#own = own
    this.#dir = dir
    this.#postgresDir = postgresDir
    this.#say = say
  }

  async find(kind: BackingKind): Promise<BackingServer> {
    const given = this.#own ? undefined : process.env[TEST_VARIABLES[kind]]
    if (given) return foreignServer(kind, given, `address in ${TEST_VARIABLES[kind]}`)
    return (await this.#container(kind)) ?? (await this.#local(kind))
  }

  async #container(kind: BackingKind): Promise<BackingServer | undefined> {
    this.#engine ??= engineAnswers()
    if (!(await this.#engine)) return undefined
    try {
      return await startContainer(kind)
    } catch (error) {
      this.#say(`no container for ${kind}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }

  async #local(kind: BackingKind): Promise<BackingServer> {
    if (kind === 'postgres') return this.#started(new LocalPostgres(join(this.#postgresDir, 'pg'), findPostgres()))
    const port = await freePort()
    const binary = this.#binary(`${kind}-server`)
    const args =
      kind === 'nats'
        ? ['-a', '127.0.0.1', '-p', String(port)]
        : ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
    return this.#started(
      new LocalServer({ kind, url: `${kind}://127.0.0.1:${port}`, port, binary, args, cwd: this.#dir }),
    )
  }

  #binary(name: string): string {
    const found = findBinary(name) ?? (aptInstall(name, this.#say) ? findBinary(name) : undefined)
    if (found !== undefined) return found
    const variables = Object.values(TEST_VARIABLES).join(', ')
    throw new OperatorError(
      `The tests need ${name}, and there is none here. Do one of these: start a container engine; install ${name} ` +
        `so that it is on PATH (Debian: apt-get install ${name}); or give addresses in ${variables}.`,
    )
  }

  async #started<Server extends BackingServer>(server: Server): Promise<Server> {
    try {
      await server.start()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }
}
