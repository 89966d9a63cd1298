import { adminContract, RpcClients } from '@heliograph/rpc'
import { Cluster, type Infrastructure, infrastructure, Load, type Member, type Role } from '@heliograph/testkit'

/** A cluster under load, with servers of its own, for a test to disturb. */
export class Rig implements AsyncDisposable {
  readonly servers: Infrastructure
  readonly cluster: Cluster
  readonly load: Load
  readonly #rpc: RpcClients

  private constructor(servers: Infrastructure, cluster: Cluster, load: Load, rpc: RpcClients) {
    this.servers = servers
    this.cluster = cluster
    this.load = load
    this.#rpc = rpc
  }

  static async start({ pairs = 10, rate = 100 } = {}): Promise<Rig> {
    const servers = await infrastructure({ own: true })
    const cluster = await Cluster.start({ servers })
    const rpc = new RpcClients()
    const addresses = () =>
      cluster
        .of('session')
        .filter(({ process }) => process.running)
        .map(({ process }) => rpcOf(process.logs))
        .filter((address) => address !== '')
    const admin = rpc.among(adminContract, addresses)
    const load = await Load.start({
      pairs,
      rate,
      domain: cluster.domain,
      edges: () =>
        cluster
          .of('edge')
          .filter(({ process }) => process.running)
          .map(({ ports }) => ({ port: ports.c2sTls!, domain: cluster.domain, transport: 'tls' as const })),
      createUser: async (jid, password) => {
        const verdict = await admin.createUser({ jid, password })
        if (!verdict.ok) throw new Error(`account ${jid}: ${verdict.condition}`)
      },
    })
    return new Rig(servers, cluster, load, rpc)
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load[Symbol.asyncDispose]()
    this.#rpc[Symbol.dispose]()
    await this.cluster.kill()
    await this.servers[Symbol.asyncDispose]()
  }
}

function rpcOf(lines: readonly { readonly event?: string; readonly [key: string]: unknown }[]): string {
  const ready = lines.find(({ event }) => event === 'ready')
  return (ready?.addresses as { rpc?: string } | undefined)?.rpc ?? ''
}
