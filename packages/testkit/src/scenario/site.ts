import { randomBytes } from 'node:crypto'
import { adminContract, RpcClients } from '@heliograph/rpc'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'
import { Cluster, type ClusterOptions, overlay } from '../processes/cluster.ts'
import type { Ports, Role } from '../processes/roles.ts'
import { Standalone, type StandaloneOptions } from '../processes/standalone.ts'
import type { Mode } from './modes.ts'

/** What it takes to use a server. */
export interface SiteDescription {
  readonly mode: Mode
  readonly domain: string
  /** PEM of the authority that clients trust. */
  readonly certificate: string
  /** Where the edges listen; a standalone server is its only edge. */
  readonly edges: readonly Ports[]
  /** Where the gateways listen. */
  readonly gateways: readonly Ports[]
  /** The administration's address. */
  readonly rpc: string
  /** The same over HTTP. */
  readonly adminApi: string
}

/** An account made for one test. */
export interface Person {
  readonly user: string
  readonly password: string
  /** Bare JID. */
  readonly jid: string
}

/** A running server, of whichever mode, as a scenario sees it. */
export class Site implements AsyncDisposable {
  readonly description: SiteDescription
  readonly #server: Cluster | Standalone | undefined

  private constructor(description: SiteDescription, server: Cluster | Standalone | undefined) {
    this.description = description
    this.#server = server
  }

  static async standalone(options: StandaloneOptions): Promise<Site> {
    const server = await Standalone.start(options)
    return new Site(
      describe('standalone', server, { edges: [server.ports], gateways: [server.ports], admin: server.ports }),
      server,
    )
  }

  static async cluster(options: ClusterOptions): Promise<Site> {
    const server = await Cluster.start(options)
    const portsOf = (role: Role) => server.of(role).map(({ ports }) => ports)
    const [edges, gateways, [admin]] = [portsOf('edge'), portsOf('gateway'), portsOf('session')]
    return new Site(describe('cluster', server, { edges, gateways, admin }), server)
  }

  /** One that another process started, and will stop. */
  static shared(description: SiteDescription): Site {
    return new Site(description, undefined)
  }

  /** @throws when it is a shared one, whose processes are nobody's to disturb */
  get server(): Cluster | Standalone {
    if (this.#server === undefined) throw new Error('this server is shared with other tests')
    return this.#server
  }

  get mode(): Mode {
    return this.description.mode
  }

  get domain(): string {
    return this.description.domain
  }

  get certificate(): string {
    return this.description.certificate
  }

  get edges(): readonly Ports[] {
    return this.description.edges
  }

  /** Ports of an edge, counted round and round, so that one scenario fits any number of edges. */
  edge(index = 0): Ports {
    return this.edges[index % this.edges.length]!
  }

  /** Ports of a gateway, counted round and round. */
  gateway(index = 0): Ports {
    const { gateways } = this.description
    return gateways[index % gateways.length]!
  }

  /** How a {@link RawClient} reaches an edge. */
  at(index = 0, transport: NonNullable<RawStreamOptions['transport']> = 'starttls'): RawStreamOptions {
    const ports = this.edge(index)
    const { c2s, c2sTls, http, https } = ports
    const overHttp = { ws: http, wss: https, bosh: http, boshs: https, poll: http }
    const port = { starttls: c2s, tcp: c2s, tls: c2sTls, ...overHttp }[transport]
    if (port === undefined) throw new Error(`this server does not listen for ${transport}`)
    return { port, transport, domain: this.domain, ca: this.certificate }
  }

  /** Makes an account that no other test uses; its name begins with `name`. */
  async person(name: string): Promise<Person> {
    const user = `${name}-${randomBytes(4).toString('hex')}`
    const password = randomBytes(9).toString('base64url')
    const jid = `${user}@${this.domain}`
    using clients = new RpcClients()
    const verdict = await clients.at(adminContract, this.description.rpc).createUser({ jid, password })
    if (!verdict.ok) throw new Error(`no account for ${jid}: ${verdict.condition}`)
    return { user, password, jid }
  }

  /** Lays that over what is in the configuration files, not over what an earlier call laid there; whoever runs has to read them again. */
  async configure(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const { server } = this
    const processes = server instanceof Cluster ? server.members.map(({ process }) => process) : [server.process]
    await Promise.all(processes.map((each) => each.configure((config) => overlay(config, changes))))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }
}

function describe(
  mode: Mode,
  { domain, certificate }: Cluster | Standalone,
  { admin, ...at }: Pick<SiteDescription, 'edges' | 'gateways'> & { readonly admin: Ports | undefined },
): SiteDescription {
  return {
    mode,
    domain,
    certificate,
    ...at,
    rpc: `127.0.0.1:${admin?.rpc}`,
    adminApi: `http://127.0.0.1:${admin?.admin}`,
  }
}
