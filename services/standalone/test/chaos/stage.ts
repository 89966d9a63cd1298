import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { adminContract, RpcClients } from '@heliograph/rpc'
import {
  Cluster,
  type Infrastructure,
  infrastructure,
  type LogLine,
  type Member,
  Network,
  type RawStreamOptions,
  type Role,
} from '@heliograph/testkit'
import { Clocks } from './clock/clocks.ts'
import { Disk } from './disk.ts'
import type { Book } from './ledger/book.ts'
import { Supervisor } from './supervisor.ts'

/** Whom a run tells what. */
export interface Telling {
  readonly say: (line: string) => void
  readonly logDir?: string | undefined
}

export type Counts = Readonly<Record<Role, number>>

interface Parts
  extends Pick<Stage, 'servers' | 'cluster' | 'network' | 'clocks' | 'supervisor' | 'book' | 'disk' | 'errors'> {
  readonly rpc: RpcClients
}

/** A cluster, its servers, the network between them and its clocks: everything that a run breaks. */
export class Stage implements AsyncDisposable {
  readonly servers: Infrastructure
  readonly cluster: Cluster
  readonly network: Network
  readonly clocks: Clocks
  readonly supervisor: Supervisor
  readonly book: Book
  /** Where Postgres has its data, if that is a file system of ours. */
  readonly disk: Disk | undefined
  /** Lines logged as errors, by event: how many, and one of them. */
  readonly errors: ReadonlyMap<string, { count: number; readonly example: string }>
  readonly #stack: AsyncDisposableStack
  readonly #rpc: RpcClients

  private constructor(parts: Parts, stack: AsyncDisposableStack) {
    this.servers = parts.servers
    this.cluster = parts.cluster
    this.network = parts.network
    this.clocks = parts.clocks
    this.supervisor = parts.supervisor
    this.book = parts.book
    this.disk = parts.disk
    this.errors = parts.errors
    this.#rpc = parts.rpc
    this.#stack = stack
  }

  /** @param logDir where the log of each instance goes, if anywhere */
  static async start(book: Book, counts: Counts, { say, logDir }: Telling): Promise<Stage> {
    await using stack = new AsyncDisposableStack()
    const mounted = await Disk.mount()
    if (mounted) stack.use(mounted)
    const servers = stack.use(await infrastructure({ own: true, say, ...(mounted && { postgresDir: mounted.path }) }))
    const disk = servers.postgres.origin.startsWith('container') ? undefined : mounted
    const network = stack.use(new Network())
    const clocks = stack.use(new Clocks())
    const errors = new Map<string, { count: number; readonly example: string }>()
    const onLine = (name: string, line: LogLine): void => {
      noteError(errors, name, line)
      if (logDir) appendFileSync(join(logDir, `${name}.log`), `${JSON.stringify(line)}\n`)
    }
    const cluster = stack.use(await Cluster.start({ servers, counts, way: network.way, env: clocks.env, onLine }))
    const rpc = stack.use(new RpcClients())
    const supervisor = stack.use(new Supervisor(cluster, book))
    supervisor.start()
    return new Stage({ servers, cluster, network, clocks, supervisor, book, disk, errors, rpc }, stack.move())
  }

  /** One of a role's instances, counted round and round. */
  member(role: Role, index: number): Member {
    const members = this.cluster.of(role)
    return members[index % members.length]!
  }

  /** Where clients connect now. */
  edges(): RawStreamOptions[] {
    const { domain } = this.cluster
    const running = this.cluster.of('edge').filter(({ process }) => process.running)
    return running.map(({ ports }) => ({ port: ports.c2sTls!, domain, transport: 'tls', remembers: false }))
  }

  /** The administration, of any session instance that is there. */
  admin() {
    const running = () => this.cluster.of('session').filter(({ process }) => process.running)
    return this.#rpc.among(adminContract, () => running().map(({ ports }) => `127.0.0.1:${ports.rpc}`))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

function noteError(
  errors: Map<string, { count: number; readonly example: string }>,
  name: string,
  line: LogLine,
): void {
  const uncaught = line.event === 'output' && /Error|at .*[(]/.test(String(line.text))
  if (line.level !== 'error' && line.level !== 'fatal' && !uncaught) return
  const known = errors.get(line.event)
  if (known) known.count++
  else errors.set(line.event, { count: 1, example: `${name}: ${JSON.stringify(line).slice(0, 600)}` })
}
