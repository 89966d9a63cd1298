import { createSwitchboard } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import { ensureBare } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { partitionOf } from '@heliograph/ownership'
import { presenceFanout } from '@heliograph/presence-fanout'
import type { Infrastructure } from '@heliograph/testkit'
import { Accounts } from '../../src/accounts/accounts.ts'
import { session } from '../../src/service.ts'
import { type ConfigChanges, Instance, testConfig } from './instance.ts'
import { ScriptedEdge } from './scripted-edge.ts'
import { ScriptedRooms } from './scripted-rooms.ts'

const PASSWORD = 'wherefore art thou'

/** Session and presence-fanout instances over in-process links with encoding on, one live state, and a real Postgres. */
export class TestCluster {
  readonly switchboard = createSwitchboard({ encode: true })
  readonly liveState = new MemoryLiveState({ lapse: true })
  readonly config: HeliographConfig
  readonly databaseUrl: string
  readonly instances: Instance[] = []
  readonly edges: ScriptedEdge[] = []
  readonly rooms: ScriptedRooms[] = []
  #number = 0

  private constructor(databaseUrl: string, config: HeliographConfig) {
    this.databaseUrl = databaseUrl
    this.config = config
  }

  /** `users` are local parts or bare JIDs; those without a domain live at capulet.example. */
  static async start(
    servers: Infrastructure,
    options: { users: readonly string[]; sessions?: number; edges?: number; config?: ConfigChanges },
  ): Promise<TestCluster> {
    const accounts = options.users.map((user) => ({ jid: ensureBare(address(user)), password: PASSWORD }))
    const config = testConfig({ ...options.config, accounts } as ConfigChanges)
    const cluster = new TestCluster(await servers.createDatabase(), config)
    for (let i = 0; i < (options.sessions ?? 1); i++) await cluster.startSession()
    await cluster.startFanout()
    for (let i = 0; i < (options.edges ?? 1); i++) await cluster.startEdge()
    return cluster
  }

  get edge(): ScriptedEdge {
    return this.edges[0]!
  }

  startSession(): Promise<Instance> {
    return this.#start(session)
  }

  startFanout(): Promise<Instance> {
    return this.#start(presenceFanout)
  }

  /** An owner of rooms that does what a test tells it. */
  async startRooms(): Promise<ScriptedRooms> {
    this.#number++
    const rooms = new ScriptedRooms(`muc-${this.#number}`, this)
    this.rooms.push(rooms)
    return rooms.start()
  }

  async startEdge(): Promise<ScriptedEdge> {
    this.#number++
    const edge = new ScriptedEdge(`connection-manager-${this.#number}`, this)
    this.edges.push(edge)
    return edge.start()
  }

  /** The session instance that owns a user now. */
  ownerOf(user: string): Instance {
    const owner = this.edge.ownership.ownerOf(1, partitionOf(ensureBare(address(user))))
    const instance = this.instances.find(({ id }) => id === owner?.instance)
    if (!instance) throw new Error(`nobody owns ${user}`)
    return instance
  }

  /** As an administrator does, at whatever instance. */
  async createAccount(user: string): Promise<void> {
    const admin = this.instances[0]!
    const accounts = await Accounts.open({
      db: admin.database,
      counters: this.liveState,
      lockout: { attempts: 100, windowSeconds: 60 },
      iterations: 4096,
    })
    await accounts.create(ensureBare(address(user)), PASSWORD)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const edge of this.edges) await edge.stop()
    for (const rooms of this.rooms) await rooms.stop()
    for (const instance of this.instances) await instance.kill()
  }

  async #start(service: typeof session): Promise<Instance> {
    this.#number++
    const instance = await Instance.start(service, `${service.name}-${this.#number}`, {
      switchboard: this.switchboard,
      liveState: this.liveState,
      databaseUrl: this.databaseUrl,
      config: this.config,
    })
    this.instances.push(instance)
    return instance
  }
}

export function address(user: string): string {
  return user.includes('@') ? user : `${user}@capulet.example`
}

/** Both see each other's presence. They are logged in for it, and out again. */
export async function befriend(cluster: TestCluster, one: string, other: string): Promise<void> {
  const a = await cluster.edge.connect(one).login('matchmaker')
  const b = await cluster.edge.connect(other).login('matchmaker')
  for (const [asking, asked] of [
    [a, b],
    [b, a],
  ] as const) {
    asking.send(`<presence type='subscribe' to='${asked.user}'/>`)
    await asked.presence(asking.user, 'subscribe')
    asked.send(`<presence type='subscribed' to='${asking.user}'/>`)
    await asking.presence(asked.user, 'subscribed')
  }
  await Promise.all([a.settled(), b.settled()])
  a.close()
  await b.presence(a.jid, 'unavailable')
  b.close()
}
