import { randomBytes } from 'node:crypto'
import { RawClient } from '../clients/raw/raw-client.ts'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'
import { Cluster, type ClusterOptions } from '../processes/cluster.ts'
import type { Ports } from '../processes/roles.ts'
import { Standalone, type StandaloneOptions } from '../processes/standalone.ts'

export type Mode = 'standalone' | 'cluster'

/** An account made for one test. */
export interface Person {
  readonly user: string
  readonly password: string
  /** Bare JID. */
  readonly jid: string
}

/** A running server, of whichever mode, as a scenario sees it. */
export class Site implements AsyncDisposable {
  readonly mode: Mode
  readonly server: Cluster | Standalone

  private constructor(mode: Mode, server: Cluster | Standalone) {
    this.mode = mode
    this.server = server
  }

  static async standalone(options: StandaloneOptions): Promise<Site> {
    return new Site('standalone', await Standalone.start(options))
  }

  static async cluster(options: ClusterOptions): Promise<Site> {
    return new Site('cluster', await Cluster.start(options))
  }

  get domain(): string {
    return this.server.domain
  }

  /** PEM of the authority that clients trust. */
  get certificate(): string {
    return this.server.certificate
  }

  /** Where the edges listen; a standalone server is its only edge. */
  get edges(): readonly Ports[] {
    return this.server instanceof Cluster ? this.server.of('edge').map(({ ports }) => ports) : [this.server.ports]
  }

  /** Ports of an edge, counted round and round, so that one scenario fits any number of edges. */
  edge(index = 0): Ports {
    return this.edges[index % this.edges.length]!
  }

  /** How a {@link RawClient} reaches an edge. */
  at(index = 0, transport: NonNullable<RawStreamOptions['transport']> = 'starttls'): RawStreamOptions {
    const ports = this.edge(index)
    const port = { starttls: ports.c2s, tcp: ports.c2s, tls: ports.c2sTls, ws: ports.http, wss: ports.https }[transport]
    if (port === undefined) throw new Error(`this server does not listen for ${transport}`)
    return { port, transport, domain: this.domain, ca: this.certificate }
  }

  /** Makes an account that no other test uses, in-band; its name begins with `name`. */
  async person(name: string): Promise<Person> {
    const user = `${name}-${randomBytes(4).toString('hex')}`
    const password = randomBytes(9).toString('base64url')
    await RawClient.register(this.at(), user, password)
    return { user, password, jid: `${user}@${this.domain}` }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]()
  }
}
