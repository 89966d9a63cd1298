import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, OperatorError } from '@heliograph/telemetry'
import pg from 'pg'
import { isUnavailable } from '../errors.ts'
import { dataVersion, embeddedBinDir } from './binaries.ts'
import { chooseIdentity, giveTo, type Identity } from './identity.ts'
import { claim, clearLeftover } from './leftover.ts'
import { type ServerAddress, serverArgs } from './settings.ts'

export interface EmbeddedOptions {
  /** Made on first use. Its parent must be writable; ≤ one server a directory. */
  readonly dataDir: string
  /** Loopback TCP port, 0 for any free one; left out: a unix socket that only this user can open. */
  readonly port?: number
  /** For TCP; default random for each start. */
  readonly password?: string
  readonly database?: string
  readonly log?: Logger
  /** Binaries of another Postgres, instead of those from npm. */
  readonly binDir?: string
  readonly settings?: Readonly<Record<string, string>>
  readonly startTimeoutMs?: number
}

export interface EmbeddedPostgres extends AsyncDisposable {
  readonly url: string
  readonly port: number | undefined
  readonly pid: number
  /** Resolves with the exit code when the server has ended, asked or not. */
  readonly ended: Promise<number | null>
  /** Signals the server process itself, e.g. SIGKILL, SIGSTOP. */
  kill(signal: NodeJS.Signals): void
  /** Fast, clean shutdown: transactions under way are rolled back. */
  stop(): Promise<void>
}

const USER = 'heliograph'
const STOP_MS = 30_000
const MAX_SOCKET_PATH = 100

/**
 * Starts a private Postgres on a directory, creating the cluster and the database when they don't exist, and recovering
 * after an unclean stop. Works as root and not. The server has a session of its own, so that a Ctrl-C meant for us
 * doesn't end it before us; on Linux it shuts down by itself when we die.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  await makeParent(dataDir)
  const binDir = options.binDir ?? (await embeddedBinDir())
  const identity = await chooseIdentity(binDir, dataDir)
  const socketDir = await socketDirFor(dataDir, identity)
  await clearLeftover(dataDir, socketDir)
  const found = await dataVersion(dataDir)
  refuseOtherVersion(dataDir, found, await versionOf(identity))
  if (found === undefined) await initialise(identity, dataDir)
  const port = options.port === 0 ? await freePort() : options.port
  const server = new Server(identity, dataDir, { socketDir, port }, options)
  await claim(dataDir)
  await server.start(options.startTimeoutMs ?? 60_000)
  return server
}

async function makeParent(dataDir: string): Promise<void> {
  const parent = dirname(dataDir)
  try {
    await mkdir(parent, { recursive: true })
    await access(parent, constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a directory' : `it cannot be written (${code})`
    throw new OperatorError(`the data directory ${parent} cannot be used: ${why}`, { cause: error })
  }
}

/** Makes the cluster under another name first: a directory with `PG_VERSION` in it is then always complete. */
async function initialise(identity: Identity, dataDir: string): Promise<void> {
  const parent = dirname(dataDir)
  const prefix = `${basename(dataDir)}.init-`
  for (const name of await readdir(parent))
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true })
  const staging = join(parent, `${prefix}${process.pid}`)
  await mkdir(staging, { mode: 0o700 })
  await giveTo(identity, staging)
  const args = [
    '-D',
    staging,
    '-U',
    USER,
    '-E',
    'UTF8',
    '--locale=C',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
  ]
  const child = launch(identity, 'initdb', args)
  const output: string[] = []
  child.stdout?.on('data', (chunk) => output.push(String(chunk)))
  child.stderr?.on('data', (chunk) => output.push(String(chunk)))
  const code = await ended(child)
  if (code !== 0)
    throw new OperatorError(`Postgres could not make ${dataDir} (${code}): ${output.join('').trim().slice(-2_000)}`)
  await rename(staging, dataDir)
}

/** Runs the server's program once. @throws OperatorError when it can't be run here, such as for want of a shared library */
async function versionOf(identity: Identity): Promise<number> {
  const child = launch(identity, 'postgres', ['--version'])
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  child.once('error', (error) => output.push(error.message))
  await ended(child)
  const version = /^postgres \(PostgreSQL\) (\d+)/m.exec(output.join(''))?.[1]
  if (version !== undefined) return Number(version)
  const needs = process.platform === 'linux' ? ' (they need glibc, libstdc++ and /proc)' : ''
  throw new OperatorError(
    `the Postgres binaries in ${identity.binDir} don't run here${needs}: ${output.join('').trim() || 'no output'}. ` +
      'Another Postgres can be used: postgres.url',
  )
}

function refuseOtherVersion(dataDir: string, data: number | undefined, binaries: number): void {
  if (data === undefined || data === binaries) return
  throw new OperatorError(
    `${dataDir} was made by Postgres ${data}, the binaries are of ${binaries}: upgrade it, or dump and restore`,
  )
}

class Server implements EmbeddedPostgres {
  readonly url: string
  readonly port: number | undefined
  readonly #identity: Identity
  readonly #dataDir: string
  readonly #address: ServerAddress
  readonly #options: EmbeddedOptions
  readonly #password: string
  readonly #lastLines: string[] = []
  #child!: ChildProcess
  #ready = false
  #stopping = false
  ended!: Promise<number | null>

  constructor(identity: Identity, dataDir: string, address: ServerAddress, options: EmbeddedOptions) {
    this.#identity = identity
    this.#dataDir = dataDir
    this.#address = address
    this.#options = options
    this.port = address.port
    this.#password = options.password ?? randomBytes(18).toString('base64url')
    this.url = this.#urlOf(options.database ?? USER)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async start(timeoutMs: number): Promise<void> {
    const { log } = this.#options
    const started = performance.now()
    const args = serverArgs(this.#dataDir, this.#address, this.#options.settings ?? {})
    this.#child = launch(this.#identity, 'postgres', args)
    this.ended = ended(this.#child)
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface(stream).on('line', (line) => this.#logLine(line))
    try {
      await this.#becomeReady(started + timeoutMs)
    } catch (error) {
      await this.stop()
      throw error
    }
    const tookMs = Math.round(performance.now() - started)
    this.#ready = true
    log?.debug('postgres_started', { pid: this.pid, took_ms: tookMs, as: this.#identity.how })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      this.kill(signal)
      const timer = new AbortController()
      const late = sleep(STOP_MS, 'late', { signal: timer.signal }).catch(() => 'late')
      const how = await Promise.race([this.ended.then(() => 'ended'), late])
      timer.abort()
      if (how === 'ended') return
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #urlOf(database: string): string {
    if (this.port !== undefined) return `postgresql://${USER}:${this.#password}@127.0.0.1:${this.port}/${database}`
    return `postgresql://${USER}@${encodeURIComponent(this.#address.socketDir)}/${database}`
  }

  async #becomeReady(deadline: number): Promise<void> {
    let gone = false
    void this.ended.then(() => {
      gone = true
    })
    for (;;) {
      if (gone) throw new OperatorError(`Postgres ended while starting: ${this.#lastLines.join('\n')}`)
      try {
        return await this.#prepare()
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > deadline) throw error
        await sleep(30)
      }
    }
  }

  /** Sets the password and makes the database, over the socket, on which this user is trusted. */
  async #prepare(): Promise<void> {
    const { socketDir, port = 5432 } = this.#address
    const client = new pg.Client({
      host: socketDir,
      port,
      user: USER,
      database: 'postgres',
      connectionTimeoutMillis: 5_000,
    })
    client.on('error', () => {}) // a lost connection shows up in the statement that runs on it
    try {
      await client.connect()
      if (this.port !== undefined)
        await client.query(`ALTER ROLE ${USER} PASSWORD ${client.escapeLiteral(this.#password)}`)
      const name = this.#options.database ?? USER
      const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
      if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
    } finally {
      await client.end().catch(() => {})
    }
  }

  #logLine(line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > 20) this.#lastLines.shift()
    // Who asks too early is told so, and asks again.
    const expected =
      /the database system is (starting up|shutting down|not yet accepting connections)|due to administrator command/
    const serious = /\b(ERROR|FATAL|PANIC|WARNING):/.test(line)
    if (serious && !((this.#stopping || !this.#ready) && expected.test(line)))
      this.#options.log?.warn('postgres_log', { line })
    else this.#options.log?.debug('postgres_log', { line })
  }
}

function launch(identity: Identity, program: string, args: readonly string[]): ChildProcess {
  const [command, ...rest] = [...identity.prefix, join(identity.binDir, program), ...args]
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  return spawn(command!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
    env,
    ...identity.account,
  })
}

/** The exit code; null after a signal, or when the program could not be run. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
}

/** The data directory, or, where that makes too long a socket path, one of our own in the system's temporary place. */
async function socketDirFor(dataDir: string, identity: Identity): Promise<string> {
  if (join(dataDir, '.s.PGSQL.65535').length < MAX_SOCKET_PATH) return dataDir
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const dir = join(tmpdir(), `heliograph-${process.getuid?.() ?? 0}-${name}`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await giveTo(identity, dir)
  const { uid } = await stat(dir)
  if (uid !== (identity.owner?.uid ?? process.getuid?.() ?? uid)) throw new Error(`${dir} belongs to somebody else`)
  await chmod(dir, 0o700)
  return dir
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
