import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@heliograph/testkit'
import type { Account, Endpoint, Security } from '../client/endpoint.ts'
import type { Roots } from '../measure/process-groups.ts'
import { type Child, identityOf, run } from './child.ts'
import { installedVersion, requirePackages } from './debian.ts'
import { PrivatePostgres } from './private-postgres.ts'
import { ACCOUNTS_PLUGIN, prosodyConfig } from './prosody-config.ts'
import type { RunningTarget, Setup, Target } from './target.ts'
import type { Workspace } from './workspace.ts'

const DOMAIN = 'localhost'

/** Prosody from Debian: its own store for accounts and rosters, Postgres for the archive. */
export class ProsodyTarget implements Target {
  readonly name: string
  readonly peer = true
  readonly #workspace: Workspace
  readonly #tuned: boolean
  readonly #mayInstall: boolean

  constructor(workspace: Workspace, options: { tuned: boolean; mayInstall: boolean }) {
    this.#workspace = workspace
    this.#tuned = options.tuned
    this.#mayInstall = options.mayInstall
    this.name = options.tuned ? 'prosody-tuned' : 'prosody'
  }

  async version(): Promise<string> {
    await requirePackages(['prosody', 'lua-dbi-postgresql', 'openssl'], this.#mayInstall)
    const version = `Prosody ${await installedVersion('prosody')}`
    return this.#tuned ? `${version} with the generational collector` : version
  }

  async start(setup: Setup): Promise<RunningTarget> {
    await this.version()
    const identity = identityOf('prosody')
    const home = await this.#workspace.directory(this.name, identity)
    await this.#workspace.directory(join(this.name, 'data'), identity)
    const plugins = await this.#workspace.directory(join(this.name, 'plugins'))
    await writeFile(join(plugins, 'mod_bench_accounts.lua'), ACCOUNTS_PLUGIN)
    const postgres = setup.archive ? await PrivatePostgres.start(this.#workspace, `${this.name}-postgres`) : undefined
    await postgres?.createDatabase('prosody')
    const ports = { c2s: await freePort(), tls: await freePort() }
    const certificate = await this.#workspace.certificate(DOMAIN)
    const config = join(home, 'prosody.cfg.lua')
    const settings = {
      domain: DOMAIN,
      home,
      plugins,
      ports,
      certificate,
      tuned: this.#tuned,
      postgresPort: postgres?.port,
      admins: setup.accounts.map(({ name }) => name),
    }
    await writeFile(config, prosodyConfig(settings))
    const server = this.#workspace.spawn({
      command: 'prosody',
      args: ['--config', config, '-F'],
      cwd: home,
      logFile: join(home, 'output.log'),
      identity,
    })
    const running = new RunningProsody({ server, postgres, ports, config, home })
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
  readonly postgres: PrivatePostgres | undefined
  readonly ports: { readonly c2s: number; readonly tls: number }
  readonly config: string
  readonly home: string
}

class RunningProsody implements RunningTarget {
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
    const roots = new Map([['Prosody', [server.pid]]])
    if (postgres !== undefined) roots.set('Postgres', [postgres.pid])
    return roots
  }

  /** Through prosodyctl, all in one call. Prosody reads accounts from its files, so a running one sees them. */
  async createAccounts(accounts: readonly Account[]): Promise<void> {
    const { config, home } = this.#parts
    const identity = identityOf('prosody')
    const list = join(home, 'accounts.txt')
    await writeFile(list, accounts.map(({ name, password }) => `${name} ${password}\n`).join(''))
    await run('prosodyctl', ['--config', config, 'mod_bench_accounts', DOMAIN, list], { cwd: home, identity })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.server.stop()
    await this.#parts.postgres?.[Symbol.asyncDispose]()
  }
}
