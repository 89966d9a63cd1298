import { adminContract, RpcClients } from '@heliograph/rpc'
import { Cluster, type Infrastructure, infrastructure, Load, type Member, type Role } from '@heliograph/testkit'

/** What isn't on by default, and the load doesn't use: what holds when something dies holds with all of it. */
const EVERYTHING = {
  domains: [
    {
      strangers: { messages: 'limit', requests: 'limit', perMinute: 1_000_000 },
      rates: { stanzasPerSecond: 100_000, bytesPerSecond: 100_000_000 },
      retentionDays: 365,
    },
  ],
  archive: { search: true },
  userSearch: 'allDomains',
  registration: { open: 'always' },
  invites: { byUsers: 'accounts' },
  blockLists: [{ service: 'pubsub.localhost', node: 'listed' }],
  rooms: { questions: [{ question: 'Where do we lay our scene?', answers: ['Verona'] }] },
  push: { inactiveClients: true, lastMessageSender: true, lastMessageBody: true },
}

/** A cluster under load, with servers of its own, for a test to disturb. */
export class Rig implements AsyncDisposable {
  readonly servers: Infrastructure
  readonly cluster: Cluster
  readonly load: Load
  readonly #stack: AsyncDisposableStack

  private constructor(servers: Infrastructure, cluster: Cluster, load: Load, stack: AsyncDisposableStack) {
    this.servers = servers
    this.cluster = cluster
    this.load = load
    this.#stack = stack
  }

  /**
   * @param options `config` is laid over that of every instance, in which everything is switched on. With `bosh` clients come over BOSH, their requests to any edge; else over
   * TLS.
   */
  static async start({ pairs = 10, rate = 100, config = {}, bosh = false } = {}): Promise<Rig> {
    await using stack = new AsyncDisposableStack()
    const servers = stack.use(await infrastructure({ own: true }))
    const cluster = stack.use(await Cluster.start({ servers, config: { ...EVERYTHING, ...config } }))
    const rpc = stack.use(new RpcClients())
    const load = stack.use(await startLoad(cluster, rpc, { pairs, rate, bosh }))
    return new Rig(servers, cluster, load, stack.move())
  }

  first(role: Role): Member {
    return this.cluster.of(role)[0]!
  }

  /** SIGKILL, and a new process in its place after a while. */
  async replace(member: Member, pauseMs = 0): Promise<void> {
    await member.process.kill()
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    await member.process.start()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

interface LoadKind {
  readonly pairs: number
  readonly rate: number
  readonly bosh: boolean
}

function startLoad(cluster: Cluster, rpc: RpcClients, { pairs, rate, bosh }: LoadKind): Promise<Load> {
  const running = (role: Role) => cluster.of(role).filter(({ process }) => process.running)
  const addresses = () => running('session').map(({ process }) => rpcOf(process.logs))
  const admin = rpc.among(adminContract, () => addresses().filter((address) => address !== ''))
  return Load.start({
    pairs,
    rate,
    domain: cluster.domain,
    edges: () => {
      const edges = running('edge').map(({ ports }) => ports)
      const { domain } = cluster
      if (!bosh) return edges.map(({ c2sTls }) => ({ port: c2sTls!, domain, transport: 'tls' as const }))
      const laterPorts = edges.map(({ https }) => https!)
      return laterPorts.map((port) => ({ port, laterPorts, domain, transport: 'boshs' as const }))
    },
    createUser: async (jid, password) => {
      const verdict = await admin.createUser({ jid, password })
      if (!verdict.ok) throw new Error(`account ${jid}: ${verdict.condition}`)
    },
  })
}

function rpcOf(lines: readonly { readonly event?: string; readonly [key: string]: unknown }[]): string {
  const ready = lines.find(({ event }) => event === 'ready')
  return (ready?.addresses as { rpc?: string } | undefined)?.rpc ?? ''
}
