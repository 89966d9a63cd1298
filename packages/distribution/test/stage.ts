import { type Envelope, type InstanceId, Kind } from '@heliograph/bus'
import { bareOf, type Domain, type Jid, trusted } from '@heliograph/jid'
import { Hosts, type Owner, type Ownership, partitionOf, type Router } from '@heliograph/ownership'
import { Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { Distribution } from '../src/distribution.ts'
import type { Lane } from '../src/lane.ts'
import { World } from './world.ts'

/** What was given to the router. */
class Sent {
  readonly to: string
  readonly envelope: Envelope
  readonly settle: (strays: readonly string[]) => void

  constructor(to: string, envelope: Envelope, settle: (strays: readonly string[]) => void) {
    this.to = to
    this.envelope = envelope
    this.settle = settle
  }

  get introduces(): readonly number[] | undefined {
    return this.envelope.ids
  }

  toString(): string {
    const { recipients, stanza, count } = this.envelope
    return `${this.to}: ${count} for ${(recipients ?? [stanza?.to]).join(' ')}`
  }
}

/** Distribution where nothing happens by itself. */
export class Stage {
  readonly world = new World(1)
  readonly sent: Sent[] = []
  readonly distribution: Distribution
  readonly #owners = new Map<number, Owner>()
  #onOwner: (partition: number, owner: Owner) => void = () => undefined
  readonly #sequences = new Map<Lane, number>()

  /** `owners`: of the partitions of these addresses. */
  constructor(owners: Readonly<Record<string, InstanceId>>, bounds: { readonly waiting?: number } = {}) {
    const router: Pick<Router, 'multicast' | 'transfer'> = {
      multicast: (to, envelope, settle) => void this.sent.push(new Sent(to, envelope, settle)),
      transfer: (_kind, key, envelope, settle) => void this.sent.push(new Sent(key, envelope, () => settle('taken'))),
    }
    const ownership: Pick<Ownership, 'ownerOf' | 'onOwner' | 'refresh' | 'heldEpochOf'> = {
      ownerOf: (_kind, partition) => this.#owners.get(partition),
      onOwner: (_kind, handler) => {
        this.#onOwner = handler
      },
      refresh: () => Promise.resolve(),
      heldEpochOf: () => 1,
    }
    const hosts = new Hosts(['example.org' as Domain])
    const { metrics } = silentTelemetry()
    this.distribution = new Distribution({ router, ownership, hosts, metrics, bounds, clock: this.world.clock })
    for (const [jid, instance] of Object.entries(owners)) this.own(jid, instance, 1)
  }

  lane(key = 'tea@conference.example.org'): Lane {
    return this.distribution.lane({ kind: Kind.room, key })
  }

  partition(jid: string): number {
    return partitionOf(bareOf(trusted(jid)))
  }

  own(jid: string, instance: InstanceId, epoch: number): void {
    const owner = { instance, epoch }
    this.#owners.set(this.partition(jid), owner)
    this.#onOwner(this.partition(jid), owner)
  }

  send(lane: Lane, recipients: readonly string[], taken?: () => void): void {
    const sequence = (this.#sequences.get(lane) ?? 0) + 1
    this.#sequences.set(lane, sequence)
    const stanza = new Stanza({ name: 'message', from: lane.source.key as Jid, type: 'groupchat' })
    lane.send({ stanza, recipients, sequence }, taken)
  }

  settleLast(strays: readonly string[]): void {
    this.sent.at(-1)!.settle(strays)
  }
}
