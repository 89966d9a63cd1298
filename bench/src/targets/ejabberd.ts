import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@heliograph/testkit'
import type { Account, Endpoint, Security } from '../client/endpoint.ts'
import type { Roots } from '../measure/process-groups.ts'
import { inParallel } from '../scenarios/crowd.ts'
import { type Child, identityOf } from './child.ts'
import { installedVersion, requirePackages } from './debian.ts'
import { ejabberdConfig } from './ejabberd-config.ts'
import { PrivatePostgres } from './private-postgres.ts'
import type { RunningTarget, Setup, Target } from './target.ts'
import type { Workspace } from './workspace.ts'

const DOMAIN = 'localhost'
const SCHEMA = '/usr/share/ejabberd/sql/pg.sql'
/** As Debian's ejabberdctl starts it. */
const VM = ['+K', 'true', '+P', '250000', '-env', 'ERL_CRASH_DUMP_BYTES', '0']
/** Schedulers that run out of work sleep at once instead of spinning: much less CPU below full load. */
const TUNED_VM = ['+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none']

/** ejabberd from Debian: its own store for accounts and rosters, Postgres for the archive. */
export class EjabberdTarget implements Target {
  readonly name: string
  readonly peer = true
  readonly #workspace: Workspace
  readonly #tuned: boolean
  readonly #mayInstall: boolean

  constructor(workspace: Workspace, options: { tuned: boolean; mayInstall: boolean }) {
    this.#workspace = workspace
    this.#tuned = options.tuned
    this.#mayInstall = options.mayInstall
    this.name = options.tuned ? 'ejabberd-tuned' : 'ejabberd'
  }

  async version(): Promise<string> {
    await requirePackages(['ejabberd', 'erlang-p1-pgsql', 'openssl'], this.#mayInstall)
    const version = `ejabberd ${await installedVersion('ejabberd')}`
    return this.#tuned ? `${version} with ${TUNED_VM.join(' ')}` : version
  }

  async start(setup: Setup): Promise<RunningTarget> {
    await this.version()
    const identity = identityOf('ejabberd')
    const home = await this.#workspace.directory(this.name, identity)
    const postgres = setup.archive ? await PrivatePostgres.start(this.#workspace, `${this.name}-postgres`) : undefined
    if (postgres !== undefined && (await postgres.createDatabase('ejabberd'))) {
      await postgres.sql('ejabberd', ['-f', SCHEMA])
    }
    const ports = { c2s: await freePort(), tls: await freePort(), http: await freePort(), epmd: await freePort() }
    const certificate = await this.#workspace.certificate(DOMAIN)
    const config = join(home, 'ejabberd.yml')
    await writeFile(config, ejabberdConfig({ domain: DOMAIN, ports, certificate, postgresPort: postgres?.port }))
    const epmdArgs = ['-port', String(ports.epmd), '-address', '127.0.0.1', '-relaxed_command_check']
    const epmd = this.#workspace.spawn({ command: 'epmd', args: epmdArgs, logFile: join(home, 'epmd.log'), identity })
    await epmd.listening(ports.epmd)
    const spool = await this.#workspace.directory(join(this.name, 'spool'), identity)
    const server = this.#workspace.spawn({
      command: 'erl',
      args: [
        ...['-sname', 'bench@localhost', '-noinput', ...VM, ...(this.#tuned ? TUNED_VM : [])],
        ...['-kernel', 'inet_dist_use_interface', '{127,0,0,1}', '-mnesia', 'dir', `"${spool}"`, '-s', 'ejabberd'],
      ],
      env: {
        HOME: home,
        ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
        ERL_EPMD_PORT: String(ports.epmd),
        ERL_MAX_PORTS: '32000',
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: join(home, 'ejabberd.log'),
      },
      cwd: home,
      logFile: join(home, 'erl.log'),
      identity,
    })
    const running = new RunningEjabberd({ server, epmd, postgres, ports })
    try {
      await server.listening(ports.c2s)
      await running.createAccounts(setup.accounts)
    } catch (error) {
      await running[Symbol.asyncDispose]()
      throw error
    }
    return running
  }
}

interface Parts {
  readonly server: Child
  readonly epmd: Child
  readonly postgres: PrivatePostgres | undefined
  readonly ports: { readonly c2s: number; readonly tls: number; readonly http: number }
}

class RunningEjabberd implements RunningTarget {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  endpoints(security: Security): readonly Endpoint[] {
    const { c2s, tls } = this.#parts.ports
    return [{ host: '127.0.0.1', port: security === 'direct-tls' ? tls : c2s, domain: DOMAIN, security }]
  }

  roots(): Roots {
    const { server, postgres } = this.#parts
    const roots = new Map([['ejabberd', [server.pid]]])
    if (postgres !== undefined) roots.set('Postgres', [postgres.pid])
    return roots
  }

  /** Through ejabberd's own `register` command, over its HTTP API: one call of ejabberdctl each would start a VM each. */
  async createAccounts(accounts: readonly Account[]): Promise<void> {
    const known = new Set(await this.#call<string[]>('registered_users', { host: DOMAIN }))
    const lacking = accounts.filter((account) => !known.has(account.name))
    await inParallel(lacking, 8, async ({ name, password }) => {
      await this.#call('register', { user: name, host: DOMAIN, password })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.server.stop()
    await this.#parts.epmd.stop()
    await this.#parts.postgres?.[Symbol.asyncDispose]()
  }

  async #call<T>(command: string, args: object): Promise<T> {
    const url = `http://127.0.0.1:${this.#parts.ports.http}/api/${command}`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(args) })
    if (!response.ok) throw new Error(`ejabberd: ${command}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}
