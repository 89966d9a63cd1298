import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ensureSelfSigned } from '@heliograph/certificates'
import type { Infrastructure } from '../infrastructure/infrastructure.ts'
import type { BackingKind } from '../infrastructure/server.ts'
import { adminApiSection } from './admin-tokens.ts'
import type { LogLine } from './log-line.ts'
import { listenSection, type Ports, portsFor, ROLE_NAMES, ROLES, type Role } from './roles.ts'
import { ServiceProcess } from './service-process.ts'

export interface ClusterOptions {
  /** It keeps apart from other clusters there by prefixes and a database of its own. */
  readonly servers: Infrastructure
  /** Instances of each service; default two. */
  readonly counts?: Readonly<Partial<Record<Role, number>>>
  readonly domain?: string
  /** Where its certificate is kept, or found; default a directory of its own. */
  readonly tlsDirectory?: string
  /** Laid over the configuration of every instance, section by section. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Ports of the first instance of a role. */
  readonly firstPorts?: Readonly<Partial<Record<Role, Ports>>>
  readonly onLine?: (name: string, line: LogLine) => void
  /** The address at which an instance (`edge-1`) reaches the server at `url`; default that. */
  readonly way?: (instance: string, kind: BackingKind, url: string) => Promise<string>
  /** More of an instance's environment. */
  readonly env?: (instance: string) => Readonly<Record<string, string>>
}

/** An instance of a cluster. */
export interface Member {
  readonly role: Role
  readonly ports: Ports
  readonly process: ServiceProcess
}

/** A whole cluster of real processes on this machine. Instances that die stay dead until they are started again. */
export class Cluster implements AsyncDisposable {
  readonly domain: string
  /** PEM of the certificate that the edges show: clients trust it as their authority. */
  readonly certificate: string
  readonly members: Member[] = []
  /** Its database. */
  readonly postgres: string
  readonly #options: ClusterOptions
  readonly #dir: string
  readonly #shared: Readonly<Record<string, unknown>>
  readonly #made: Partial<Record<Role, number>> = {}

  private constructor(options: ClusterOptions, dir: string, certificate: string, shared: Record<string, unknown>) {
    this.#options = options
    this.#dir = dir
    this.#shared = shared
    this.certificate = certificate
    this.domain = options.domain ?? 'localhost'
    this.postgres = (shared.postgres as { readonly url: string }).url
  }

  /** Starts every instance and resolves once all serve. @throws when one doesn't; the others are ended */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const dir = await mkdtemp(join(tmpdir(), 'hg-cluster-'))
    const domain = options.domain ?? 'localhost'
    const files = await ensureSelfSigned({ directory: options.tlsDirectory ?? join(dir, 'tls'), domains: [domain] })
    const shared = {
      mode: 'cluster',
      domains: [{ name: domain, certificate: files }],
      nats: { prefix: basename(dir) },
      redis: { prefix: options.servers.redisPrefix() },
      postgres: { url: await options.servers.createDatabase(), poolSize: 5 },
      registration: { open: 'loopback' },
      telemetry: { logLevel: 'info' },
    }
    const cluster = new Cluster(options, dir, new X509Certificate(await readFile(files.cert)).toString(), shared)
    try {
      const roles = ROLE_NAMES.flatMap((role) => Array.from({ length: options.counts?.[role] ?? 2 }, () => role))
      for (const role of roles) await cluster.#make(role)
      await Promise.all(cluster.members.map((member) => member.process.start()))
      await Promise.all(cluster.members.map((member) => member.process.serving()))
      return cluster
    } catch (error) {
      await cluster.kill()
      throw error
    }
  }

  /** The instances of a role, in the order in which they were made. */
  of(role: Role): Member[] {
    return this.members.filter((member) => member.role === role)
  }

  /** Starts one more instance and waits until it serves. */
  async add(role: Role): Promise<Member> {
    const member = await this.#make(role)
    await member.process.start()
    await member.process.serving()
    return member
  }

  /** Drains all instances, edges first, and removes what they left on disk. */
  async stop(): Promise<void> {
    const edges = this.of('edge')
    await Promise.all(edges.map((member) => member.process.drain()))
    await Promise.all(this.members.map((member) => member.process.drain()))
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** Ends all instances with SIGKILL. */
  async kill(): Promise<void> {
    await Promise.all(this.members.map((member) => member.process.kill()))
    await rm(this.#dir, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  async #make(role: Role): Promise<Member> {
    const number = (this.#made[role] ?? 0) + 1
    this.#made[role] = number
    const name = `${role}-${number}`
    const ports = await portsFor(role, number === 1 ? this.#options.firstPorts?.[role] : undefined)
    const dir = join(this.#dir, name)
    const own = { instance: name, dataDir: join(dir, 'data'), adminApi: adminApiSection, listen: listenSection(ports) }
    const shared = overlay(this.#shared, await this.#waysOf(name))
    const config = overlay({ ...shared, ...own }, this.#options.config ?? {})
    const { onLine, env } = this.#options
    const process = new ServiceProcess({
      name,
      service: ROLES[role],
      config,
      dir,
      ...(env && { env: env(name) }),
      ...(onLine && { onLine }),
    })
    const member = { role, ports, process }
    this.members.push(member)
    return member
  }

  /** The addresses of the servers, as sections of an instance's configuration. */
  async #waysOf(name: string): Promise<Record<string, unknown>> {
    const { way = async (_name, _kind, url) => url, servers } = this.#options
    return {
      nats: { servers: [await way(name, 'nats', servers.nats.url)] },
      redis: { url: await way(name, 'redis', servers.redis.url) },
      postgres: { url: await way(name, 'postgres', this.postgres) },
    }
  }
}

/** Sections of `upper` are merged into those of `lower`, key by key, in lists place by place; anything else replaces. */
export function overlay(
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...lower }
  for (const [key, value] of Object.entries(upper)) {
    const below = merged[key]
    merged[key] =
      Array.isArray(below) && Array.isArray(value) ? value.map((it, at) => over(below[at], it)) : over(below, value)
  }
  return merged
}

function over(below: unknown, value: unknown): unknown {
  return isSection(below) && isSection(value) ? { ...below, ...value } : value
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
