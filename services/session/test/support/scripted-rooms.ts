import { type Envelope, Kind, type Op, type Switchboard } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import { Distribution, type Lane } from '@heliograph/distribution'
import { type Domain, trusted } from '@heliograph/jid'
import type { LiveState } from '@heliograph/live-state'
import { createOwnership, createRouter, Hosts, type Ownership, PARTITIONS, type Router } from '@heliograph/ownership'
import { NS, Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { scopeOf } from '@heliograph/xml'
import { severable } from './severable.ts'

/** Owns rooms in which nothing happens by itself: takes everything, and sends what a test says. */
export class ScriptedRooms {
  readonly router: Router
  readonly ownership: Ownership
  readonly heard: Envelope[] = []
  readonly #distribution: Distribution
  readonly #lanes = new Map<string, Lane>()
  readonly #end: () => Promise<void>
  #sequence = Date.now() * 1000

  constructor(id: string, parts: { switchboard: Switchboard; liveState: LiveState; config: HeliographConfig }) {
    const [links, cutLinks] = severable(parts.switchboard.links(id))
    const [liveState, cutLiveState] = severable(parts.liveState)
    const telemetry = silentTelemetry()
    const { ttlMs, heartbeatMs } = parts.config.leases
    this.ownership = createOwnership({
      kind: Kind.room,
      links,
      liveState,
      tenancy: { load: async () => {}, unload: async () => {} },
      watch: [Kind.user],
      ttlMs,
      heartbeatMs,
      telemetry,
      lapsed: () => {},
    })
    this.router = createRouter({ links, ownership: this.ownership, telemetry })
    this.router.serve((envelope, from) => {
      this.heard.push(envelope)
      if (envelope.transfer !== 0) this.router.receipt(from, envelope.transfer)
    })
    const hosts = new Hosts(parts.config.domains.map(({ name }) => name as Domain))
    const { router, ownership } = this
    this.#distribution = new Distribution({ router, ownership, hosts, metrics: telemetry.metrics })
    this.#end = async () => {
      cutLinks()
      cutLiveState()
      this.#distribution[Symbol.dispose]()
      await links[Symbol.asyncDispose]()
      void this.ownership[Symbol.asyncDispose]()
      await this.router[Symbol.asyncDispose]()
    }
  }

  async start(): Promise<this> {
    await this.ownership.start()
    while (!this.#ownsAll()) await new Promise((resolve) => setTimeout(resolve, 10))
    return this
  }

  /** A stanza of the room's to those addresses. Resolves when all have taken it. */
  say(room: string, recipients: readonly string[], xml: string): Promise<void> {
    const lane = this.#lanes.get(room) ?? this.#distribution.lane({ kind: Kind.room, key: room })
    this.#lanes.set(room, lane)
    const stanza = Stanza.parse(Buffer.from(xml), scopeOf(NS.client))!.with({ from: trusted(`${room}/host`) })
    return new Promise((resolve) => lane.send({ stanza, recipients, sequence: ++this.#sequence }, resolve))
  }

  heardOps(op: Op): Envelope[] {
    return this.heard.filter((envelope) => envelope.op === op)
  }

  async until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 15_000
    while (!holds()) {
      if (performance.now() > deadline) throw new Error('the rooms did not hear it')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** As SIGKILL does. */
  stop(): Promise<void> {
    return this.#end()
  }

  #ownsAll(): boolean {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (this.ownership.ownerOf(Kind.user, partition) === undefined) return false
      if (this.ownership.ownerOf(Kind.room, partition) === undefined) return false
    }
    return true
  }
}
