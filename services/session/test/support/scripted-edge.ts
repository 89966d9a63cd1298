import { type Envelope, Kind, Op, type Switchboard } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import type { LiveState } from '@heliograph/live-state'
import {
  createOwnership,
  createRouter,
  type Owner,
  type Ownership,
  PARTITIONS,
  partitionOf,
  type Router,
} from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { Client } from './client.ts'
import type { HeldConnection } from './held-connection.ts'
import { severable } from './severable.ts'

/** An edge without sockets: speaks to the owners of users as the connection manager does, and does what a test tells it. */
export class ScriptedEdge {
  readonly id: string
  readonly router: Router
  readonly ownership: Ownership
  readonly clients = new Map<number, Client>()
  readonly #highest = new Float64Array(PARTITIONS)
  readonly #end: () => Promise<void>
  #lastConn = 0

  constructor(id: string, parts: { switchboard: Switchboard; liveState: LiveState; config: HeliographConfig }) {
    this.id = id
    const [links, cutLinks] = severable(parts.switchboard.links(id))
    const [liveState, cutLiveState] = severable(parts.liveState)
    const telemetry = silentTelemetry()
    const { ttlMs, heartbeatMs } = parts.config.leases
    this.ownership = createOwnership({
      kind: Kind.instance,
      links,
      liveState,
      watch: [Kind.user],
      ttlMs,
      heartbeatMs,
      telemetry,
      lapsed: () => {},
    })
    this.router = createRouter({ links, ownership: this.ownership, telemetry })
    this.router.serveInstance((envelope) => this.#receive(envelope))
    this.router.onRoute(Kind.user, (partition, owner) => this.#announce(partition, owner))
    this.#end = async () => {
      cutLinks()
      cutLiveState()
      await links[Symbol.asyncDispose]()
      void this.ownership[Symbol.asyncDispose]()
      await this.router[Symbol.asyncDispose]()
    }
  }

  async start(): Promise<this> {
    await this.ownership.start()
    return this
  }

  /** A new stream of `user`, authenticated and not yet bound. */
  connect(user: string): Client {
    this.#lastConn++
    const client = new Client(this, this.#lastConn, user)
    this.clients.set(client.conn, client)
    return client
  }

  tellOwner(client: HeldConnection, envelope: Envelope): void {
    envelope.conn = client.conn
    this.router.send(Kind.user, client.user, envelope)
  }

  /** As SIGKILL does. */
  async kill(): Promise<void> {
    for (const client of this.clients.values()) client.cut()
    this.clients.clear()
    await this.#end()
  }

  async stop(): Promise<void> {
    await this.#end()
  }

  #receive(envelope: Envelope): void {
    if (envelope.op === Op.deliver && envelope.conns) {
      for (const conn of envelope.conns) {
        const client = this.clients.get(conn)
        if (client && this.#admits(partitionOf(client.user), envelope.epoch)) client.hearCopy(envelope)
      }
      return
    }
    if (!this.#admits(envelope.emitterPartition, envelope.epoch)) return
    this.clients.get(envelope.conn)?.hear(envelope)
  }

  #announce(partition: number, owner: Owner): void {
    if (!this.#admits(partition, owner.epoch)) return
    for (const client of this.clients.values()) if (partitionOf(client.user) === partition) client.announce()
  }

  #admits(partition: number, epoch: number): boolean {
    if (epoch < this.#highest[partition]!) return false
    this.#highest[partition] = epoch
    return true
  }
}
