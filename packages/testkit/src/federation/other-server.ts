import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endChild, spawnChild } from '../child.ts'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'

const START_MS = 60_000

/** How another server is to be. */
export interface OtherServerOptions {
  readonly domain: string
  /** One PEM file of certificate and key. */
  readonly certificate: string
  /** PEM file of what it trusts. */
  readonly authorities: string
  /** Whether others must show a certificate, or may prove who they are by dialback. */
  readonly authentication: 'certificates' | 'dialback'
  readonly dnsPort: number
  /** Whether stanzas go both ways on one stream (XEP-0288). */
  readonly isTwoWay?: boolean
}

/** Ports of such a server. */
export interface OtherPorts {
  readonly c2s: number
  readonly s2s: number
  readonly s2sTls: number
}

export interface OtherProcess {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A server of somebody else's making, which this machine runs for a test. */
export class OtherServer implements AsyncDisposable {
  readonly domain: string
  readonly ports: OtherPorts
  readonly #certificate: string
  readonly #dir: string
  readonly #children: readonly ChildProcess[]
  readonly #output: string[] = []

  private constructor(options: OtherServerOptions, made: { ports: OtherPorts; dir: string; children: ChildProcess[] }) {
    this.domain = options.domain
    this.ports = made.ports
    this.#certificate = options.certificate
    this.#dir = made.dir
    this.#children = made.children
    for (const { stdout, stderr } of made.children)
      for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => this.#output.push(String(chunk)))
  }

  /** @param prepare writes what it needs into a directory of its own, and says what to run; the last one is the server */
  static async start(
    options: OtherServerOptions,
    ports: OtherPorts,
    prepare: (dir: string) => Promise<readonly OtherProcess[]>,
  ): Promise<OtherServer> {
    const dir = await mkdtemp(join(tmpdir(), 'hg-other-'))
    const children = (await prepare(dir)).map(({ command, args, env = {} }) =>
      spawnChild(command, args, { cwd: dir, env: { ...process.env, ...env } }),
    )
    const server = new OtherServer(options, { ports, dir, children })
    for (const port of Object.values(ports) as number[]) await server.#listening(port)
    return server
  }

  /** What it has written. */
  get output(): string {
    return this.#output.join('')
  }

  /** How a client reaches it. */
  async at(): Promise<RawStreamOptions> {
    const ca = await readFile(this.#certificate, 'utf8')
    const [certificate = ''] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(ca) ?? []
    return { port: this.ports.c2s, transport: 'starttls', domain: this.domain, ca: certificate }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) await endChild(child, 'SIGKILL')
    await rm(this.#dir, { recursive: true, force: true })
  }

  async #listening(port: number): Promise<void> {
    for (const until = Date.now() + START_MS; !(await accepts(port)); await sleep(50)) {
      const hasEnded = this.#children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
      if (!hasEnded && Date.now() < until) continue
      const { output } = this
      await this[Symbol.asyncDispose]()
      throw new Error(`${this.domain} did not start: ${output}`)
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
