import assert from 'node:assert/strict'
import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import { silentTelemetry } from '@heliograph/telemetry'
import {
  createOwnership,
  createRouter,
  type Outcome,
  type Ownership,
  partitionOf,
  type Router,
} from '../../src/index.ts'
import { SimBus } from './sim-links.ts'
import { SimStore } from './sim-store.ts'
import { type Host, World } from './world.ts'

export const keys = [
  'alice@example.org',
  'bob@example.org',
  'carol@example.org',
  'dave@example.org',
  'erin@example.org',
]

interface Owner {
  readonly host: Host
  readonly ownership: Ownership
  readonly router: Router
}

interface Posted {
  readonly sender: string
  readonly key: string
  readonly number: number
  outcome: Outcome | undefined
}

/** A durable log as Postgres would keep it: refuses those who were fenced. */
class Log {
  readonly fenced = new Set<InstanceId>()
  readonly rows = new Map<string, number[]>()

  /** False when refused. A repetition is recognised by its number. */
  commit(instance: InstanceId, source: string, number: number): boolean {
    if (this.fenced.has(instance)) return false
    const numbers = this.rows.get(source) ?? []
    this.rows.set(source, numbers)
    if (number > (numbers.at(-1) ?? 0)) numbers.push(number)
    return true
  }
}

type Pause = (atMostMs: number) => Promise<void>

/** How long a hand-over waits for others to take what was sent to them. */
const PATIENCE_MS = 10_000

/**
 * What an owner does with stanzas, as the session service would: stores what comes from an edge, sends it on to the owner of the next
 * key, and confirms it when that one has stored it too.
 */
class Desk {
  readonly #log: Log
  readonly #instance: InstanceId
  readonly #pause: Pause
  readonly #mail = new Map<string, Promise<void>>()
  #ownership!: Ownership
  #router!: Router

  constructor(log: Log, instance: InstanceId, pause: Pause) {
    this.#log = log
    this.#instance = instance
    this.#pause = pause
  }

  attach(ownership: Ownership, router: Router): void {
    this.#ownership = ownership
    this.#router = router
    router.serve((envelope, from) => {
      const before = this.#mail.get(envelope.key) ?? Promise.resolve()
      this.#mail.set(
        envelope.key,
        before.then(() => this.#handle(envelope, from)),
      )
    })
  }

  /** What came for the partition is handled and has arrived, or has had its time: owners that leave together may wait for each other. */
  async settle(partition: number): Promise<void> {
    for (const [key, work] of this.#mail) if (partitionOf(key) === partition) await work
    await Promise.race([this.#router.settled(partition), this.#pause(PATIENCE_MS)])
  }

  async #handle(envelope: Envelope, from: InstanceId): Promise<void> {
    await this.#pause(30)
    const { key, stream, count, op, partition } = envelope
    while (this.#ownership.epochOf(partition) === 0) {
      if (this.#ownership.phaseOf(partition) === 'none') return
      await this.#pause(100)
    }
    if (!this.#log.commit(this.#instance, `${op} ${stream} ${key}`, count)) return
    const receipt = () => this.#router.receipt(from, envelope.transfer)
    if (op === Op.route) return receipt()
    const relay = Object.assign(new Envelope(Op.route), { stream, count })
    relay.emitterKind = Kind.user
    relay.emitterPartition = partition
    relay.epoch = this.#ownership.epochOf(partition)
    this.#router.transfer(Kind.user, nextOf(key), relay, (outcome) => {
      // Whoever gave the partition away without waiting longer has its sender send again to the next owner.
      if (outcome === 'taken') receipt()
    })
  }
}

function nextOf(key: string): string {
  return keys[(keys.indexOf(key) + 1) % keys.length]!
}

/** Owners of users, edges that send to them, and everything that can go wrong in between. */
export class Cluster {
  readonly world: World
  readonly store: SimStore
  readonly log = new Log()
  readonly posted: Posted[] = []
  readonly owners: Owner[] = []
  readonly lapses: InstanceId[] = []
  readonly #bus: SimBus
  readonly #edges: Router[] = []
  readonly #edgeHosts: Host[] = []
  #names = 0

  constructor(seed: number) {
    this.world = new World(seed)
    this.store = new SimStore(this.world)
    this.#bus = new SimBus(this.world)
  }

  startOwner(): void {
    const host: Host = { name: `session-${++this.#names}-x`, state: 'running' }
    const links = this.#bus.connect(host)
    const clock = this.world.clockOf(host)
    const telemetry = silentTelemetry()
    const delay = (ms: number) => new Promise<void>((resolve) => void clock.after(this.world.chance(ms), resolve))
    const desk = new Desk(this.log, host.name, delay)
    const ownership = createOwnership({
      kind: Kind.user,
      links,
      liveState: this.store.seenBy(host),
      watch: [Kind.instance],
      telemetry,
      clock,
      lapsed: (instance) => this.#restart(instance, host),
      tenancy: {
        fence: async (instances) => {
          await delay(20)
          for (const instance of instances) this.log.fenced.add(instance)
        },
        load: () => delay(50),
        settle: (partition) => desk.settle(partition),
        unload: async (partition, reason) => {
          if (reason === 'handover') await desk.settle(partition)
        },
      },
    })
    const router = createRouter({ links, ownership, telemetry, clock })
    desk.attach(ownership, router)
    this.owners.push({ host, ownership, router })
    void ownership.start()
  }

  startEdge(): void {
    const host: Host = { name: `connection-manager-${++this.#names}-x`, state: 'running' }
    const links = this.#bus.connect(host)
    const clock = this.world.clockOf(host)
    const telemetry = silentTelemetry()
    const liveState = this.store.seenBy(host)
    const lapsed = () => assert.fail('an edge lapsed')
    const ownership = createOwnership({
      kind: Kind.instance,
      links,
      liveState,
      watch: [Kind.user],
      telemetry,
      clock,
      lapsed,
    })
    const router = createRouter({ links, ownership, telemetry, clock })
    this.#edges.push(router)
    this.#edgeHosts.push(host)
    void ownership.start()
  }

  /** Each edge sends a numbered stanza to a random key from time to time, until `until`. */
  chat(until: number, everyMs: number): void {
    for (const [index, router] of this.#edges.entries()) {
      const host = this.#edgeHosts[index]!
      const numbers = new Map<string, number>()
      const say = () => {
        this.#say(router, host.name, numbers)
        if (this.world.now < until) this.world.at(this.world.now + this.world.chance(2 * everyMs), host, say)
      }
      say()
    }
  }

  #say(router: Router, sender: string, numbers: Map<string, number>): void {
    const key = keys[Math.floor(this.world.chance(keys.length))]!
    const number = (numbers.get(key) ?? 0) + 1
    numbers.set(key, number)
    const envelope = new Envelope(Op.stanza)
    envelope.stream = sender
    envelope.count = number
    const posted: Posted = { sender, key, number, outcome: undefined }
    this.posted.push(posted)
    router.transfer(Kind.user, key, envelope, (outcome) => {
      assert.equal(posted.outcome, undefined, 'settled twice')
      posted.outcome = outcome
    })
  }

  #restart(instance: InstanceId, host: Host): void {
    this.lapses.push(instance)
    host.state = 'dead'
    this.startOwner()
  }

  /** Runs in each moment: at most one running process believes that it owns a partition. */
  readonly check = (): void => {
    for (const key of keys) {
      const partition = partitionOf(key)
      const believers = this.owners.filter(
        ({ host, ownership }) => host.state === 'running' && ownership.epochOf(partition) !== 0,
      )
      if (believers.length <= 1) continue
      const names = believers.map(
        ({ host, ownership }) => `${host.name}@${ownership.epochOf(partition)} ${ownership.phaseOf(partition)}`,
      )
      assert.fail(`at ${this.world.now} partition ${partition} has owners ${names.join(', ')}`)
    }
  }

  /** In the end: what was taken is in the log once, in order; what was given up is not; nothing is left open. */
  verify(): void {
    for (const numbers of this.log.rows.values()) {
      for (let i = 1; i < numbers.length; i++) assert.ok(numbers[i]! > numbers[i - 1]!, 'out of order')
    }
    for (const { sender, key, number, outcome } of this.posted) {
      assert.notEqual(outcome, undefined, `${sender} ${key} ${number} was never settled`)
      for (const source of [`${Op.stanza} ${sender} ${key}`, `${Op.route} ${sender} ${nextOf(key)}`]) {
        const stored = this.log.rows.get(source)?.includes(number) ?? false
        assert.equal(stored, outcome === 'taken', `${source} ${number} is ${outcome}, stored: ${stored}`)
      }
    }
  }
}
