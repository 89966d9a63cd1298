import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill } from 'node:process'
import { ensureSelfSigned } from '@heliograph/certificates'
import { adminApiSection } from './admin-tokens.ts'
import { overlay } from './cluster.ts'
import type { LogLine } from './log-line.ts'
import { listenSection, type Ports, portsFor } from './roles.ts'
import { ServiceProcess } from './service-process.ts'

export interface StandaloneOptions {
  /** Its database; without it the process starts a private Postgres under its data directory. */
  readonly postgres?: string
  readonly domain?: string
  /** Where its certificate is kept, or found; default a directory of its own. */
  readonly tlsDirectory?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly onLine?: (name: string, line: LogLine) => void
}

/** A standalone server: all services in one process. */
export class Standalone implements AsyncDisposable {
  readonly domain: string
  readonly certificate: string
  readonly ports: Ports
  readonly process: ServiceProcess
  /** Its database; undefined for a private one. */
  readonly postgres: string | undefined
  readonly #dir: string

  private constructor(made: {
    domain: string
    certificate: string
    ports: Ports
    process: ServiceProcess
    postgres: string | undefined
    dir: string
  }) {
    this.domain = made.domain
    this.certificate = made.certificate
    this.ports = made.ports
    this.process = made.process
    this.postgres = made.postgres
    this.#dir = made.dir
  }

  /** Starts it and resolves once it serves. */
  static async start(options: StandaloneOptions = {}): Promise<Standalone> {
    const dir = await mkdtemp(join(tmpdir(), 'hg-one-'))
    const domain = options.domain ?? 'localhost'
    const files = await ensureSelfSigned({ directory: options.tlsDirectory ?? join(dir, 'tls'), domains: [domain] })
    const ports = { ...(await portsFor('edge')), ...(await portsFor('gateway')), ...(await portsFor('session')) }
    const base = {
      mode: 'standalone',
      dataDir: join(dir, 'data'),
      domains: [{ name: domain, certificate: files }],
      adminApi: adminApiSection,
      listen: listenSection(ports),
      ...(options.postgres && { postgres: { url: options.postgres } }),
    }
    const config = overlay(base, options.config ?? {})
    const { onLine } = options
    const process = new ServiceProcess({
      name: 'standalone',
      service: 'standalone',
      config,
      dir,
      ...(onLine && { onLine }),
    })
    const certificate = new X509Certificate(await readFile(files.cert)).toString() // without the key
    const standalone = new Standalone({ domain, certificate, ports, process, postgres: options.postgres, dir })
    try {
      await process.start()
      await process.serving()
      return standalone
    } catch (error) {
      await standalone[Symbol.asyncDispose]()
      throw error
    }
  }

  /** SIGKILL for everything at once: the server, and its private Postgres. */
  async killAll(): Promise<void> {
    const pid = await readFile(join(this.#dir, 'data', 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined)
    const killed = this.process.kill()
    if (pid !== undefined) kill(Number.parseInt(pid, 10), 'SIGKILL')
    await killed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.drain(10_000) // a private Postgres is stopped with it
    await rm(this.#dir, { recursive: true, force: true })
  }
}
