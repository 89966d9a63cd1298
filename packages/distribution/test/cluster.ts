import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import { bareOf, type Domain, trusted } from '@heliograph/jid'
import { createRouter, Hosts, type Owner, type Ownership, partitionOf, type Router } from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { Distribution } from '../src/distribution.ts'
import { Introductions } from '../src/introductions.ts'
import { type Mark, Marks } from '../src/marks.ts'
import { Pipe, World } from './world.ts'

const SENDER = 'muc-1'

/** A connection of a recipient at its edge, which never dies here. */
interface Line {
  readonly jid: string
  readonly partition: number
  readonly written: Mark[]
  readonly marks: Marks
  /** Highest epoch it has heard. */
  epoch: number
}

interface Session {
  /** Undefined until its edge has told of it: what comes meanwhile is held. */
  marks: Marks | undefined
  readonly held: Mark[]
}

/** An owner of users. */
class Host {
  readonly name: InstanceId
  readonly introductions = new Introductions()
  readonly epochs = new Map<number, number>()
  readonly sessions = new Map<string, Session>()
  readonly toSender: Pipe
  readonly toEdge: Pipe
  isDead = false

  constructor(name: InstanceId, toSender: Pipe, toEdge: Pipe) {
    this.name = name
    this.toSender = toSender
    this.toEdge = toEdge
  }
}

/** A sender of parcels, owners of users that die and hand over, an edge: everything between them takes a while, and only some of it arrives. */
export class Cluster {
  readonly world: World
  readonly distribution: Distribution
  readonly lines: readonly Line[]
  readonly #owners = new Map<number, Owner>()
  /** What the sender believes. */
  readonly #view = new Map<number, Owner>()
  readonly #hosts = new Map<InstanceId, Host>()
  readonly #pipes = new Map<InstanceId, Pipe>()
  #receive: (from: InstanceId, envelope: Envelope) => void = () => undefined
  #onOwner: ((partition: number, owner: Owner) => void)[] = []
  #onDeparture: (instance: InstanceId) => void = () => undefined
  #made = 0
  #epoch = 0
  isCongested = false
  envelopes = 0

  constructor(seed: number, { recipients = 12, hosts = 3 } = {}) {
    this.world = new World(seed)
    for (let i = 0; i < hosts; i++) this.#addHost()
    this.lines = Array.from({ length: recipients }, (_, i) => this.#line(`user${i}@example.org/r`))
    for (const partition of this.partitions) this.#grant(partition, this.world.pick(this.#living()), 0)
    const router = this.#router()
    this.distribution = new Distribution({
      router,
      ownership: this.#ownership as Ownership,
      hosts: new Hosts(['example.org' as Domain]),
      metrics: silentTelemetry().metrics,
      clock: this.world.clock,
    })
    this.world.run(5_000)
  }

  get partitions(): number[] {
    return [...new Set(this.lines.map(({ partition }) => partition))]
  }

  /** One owner dies; each of its partitions goes to another after a while. Another instance comes in its place. */
  kill(): void {
    const host = this.world.pick(this.#living())
    host.isDead = true
    host.toEdge.cut()
    host.toSender.cut()
    const heir = this.#addHost()
    for (const [partition, { instance }] of this.#owners) {
      if (instance !== host.name) continue
      this.world.after(this.world.chance(4_000), () =>
        this.#grant(partition, this.world.pick([heir, ...this.#living()])),
      )
    }
    this.world.after(this.world.chance(4_000), () => this.#onDeparture(host.name))
  }

  /** A partition goes to another owner in order. */
  handOver(): void {
    const partition = this.world.pick(this.partitions)
    const owner = this.#owners.get(partition)
    const host = owner && this.#hosts.get(owner.instance)
    if (!host || host.isDead || host.epochs.get(partition) !== owner.epoch) return
    host.epochs.delete(partition)
    // What it wrote to the edge has arrived, mostly.
    const wait = this.world.chance(2) < 1 ? host.toEdge.emptyAt - this.world.now : 0
    for (const { jid } of this.#in(partition)) host.sessions.delete(jid)
    this.world.after(wait, () => this.#grant(partition, this.world.pick(this.#living())))
  }

  #addHost(): Host {
    const slow = () => (this.isCongested ? 400 : 20)
    const name = `session-${this.#made++}`
    const host = new Host(name, new Pipe(this.world, slow), new Pipe(this.world, slow))
    this.#hosts.set(name, host)
    this.#pipes.set(name, new Pipe(this.world, slow))
    return host
  }

  #living(): Host[] {
    return [...this.#hosts.values()].filter(({ isDead }) => !isDead)
  }

  #line(jid: string): Line {
    return { jid, partition: partitionOf(bareOf(trusted(jid))), written: [], marks: new Marks(), epoch: 0 }
  }

  #in(partition: number): Line[] {
    return this.lines.filter((line) => line.partition === partition)
  }

  /** It is granted, loads, serves, and hears from the edge what that has; the sender hears of it some time. */
  #grant(partition: number, host: Host, loadMs = 300): void {
    const owner = { instance: host.name, epoch: ++this.#epoch }
    if (host.isDead) {
      this.world.after(1_000, () => this.#grant(partition, this.world.pick(this.#living())))
      return
    }
    this.#owners.set(partition, owner)
    this.world.after(this.world.chance(loadMs), () => {
      if (host.isDead || this.#owners.get(partition) !== owner) return
      host.epochs.set(partition, owner.epoch)
      for (const line of this.#in(partition)) {
        host.sessions.set(line.jid, { marks: undefined, held: [] })
        this.world.after(this.world.chance(400), () => this.#announce(host, line, owner.epoch))
      }
    })
    this.world.after(this.world.chance(600), () => {
      if ((this.#view.get(partition)?.epoch ?? 0) >= owner.epoch) return
      this.#view.set(partition, owner)
      for (const handler of this.#onOwner) handler(partition, owner)
    })
  }

  /** The edge tells a new owner what it wrote. From here on it hears no earlier one. */
  #announce(host: Host, line: Line, epoch: number): void {
    if (epoch < line.epoch) return
    line.epoch = epoch
    const { sources, sequences } = line.marks
    this.world.after(this.world.chance(20), () => {
      const session = host.sessions.get(line.jid)
      if (host.isDead || session?.marks || host.epochs.get(line.partition) !== epoch || !session) return
      session.marks = Marks.from(sources, sequences)
      for (const mark of session.held.splice(0)) this.#deliver(host, line, session, mark)
    })
  }

  #deliver(host: Host, line: Line, session: Session, mark: Mark): void {
    if (session.marks === undefined) {
      session.held.push(mark)
      return
    }
    if (!session.marks.advance(mark)) return
    const epoch = host.epochs.get(line.partition) ?? 0
    host.toEdge.send(() => {
      if (epoch < line.epoch) return
      line.epoch = epoch
      line.marks.advance(mark)
      line.written.push(mark)
    })
  }

  /** What the session service does with a multicast. */
  #multicast(host: Host, envelope: Envelope): void {
    const { introductions } = host
    const strays: string[] = []
    introductions.heard(SENDER, envelope.ids)
    for (const recipient of envelope.recipients ?? []) {
      const line = this.lines.find(({ jid }) => jid === recipient)!
      const session = host.sessions.get(line.jid)
      if (!introductions.admits(SENDER, line.partition, host.epochs.get(line.partition) ?? 0)) strays.push(recipient)
      else if (session) this.#deliver(host, line, session, { source: envelope.stream, sequence: envelope.count })
    }
    const answer = new Envelope(strays.length > 0 ? Op.moved : Op.receipt)
    if (strays.length > 0) Object.assign(answer, { transfer: envelope.transfer, recipients: strays })
    else answer.ids = [envelope.transfer]
    host.toSender.send(() => this.#receive(host.name, answer))
  }

  #router(): Router {
    const send = (to: InstanceId, envelope: Envelope): boolean => {
      if (this.isCongested && this.world.chance(4) < 1) return false
      this.envelopes++
      const host = this.#hosts.get(to)!
      this.#pipes.get(to)!.send(() => {
        if (!host.isDead) this.#multicast(host, envelope)
      })
      return true
    }
    const links = {
      instance: SENDER,
      send,
      beforeFlush: (task: () => void) => void this.world.after(0, task),
      receive: (handler: (from: InstanceId, envelope: Envelope) => void) => {
        this.#receive = handler
      },
    }
    return createRouter({
      links,
      ownership: this.#ownership as Ownership,
      telemetry: silentTelemetry(),
      clock: this.world.clock,
      bounds: { perInstance: 3 },
    })
  }

  readonly #ownership: Partial<Ownership> = {
    kind: Kind.room,
    instance: SENDER,
    heldEpochOf: () => 1,
    ownerOf: (_kind, partition) => {
      const owner = this.#view.get(partition)
      return owner && this.#hosts.get(owner.instance) ? owner : undefined
    },
    onOwner: (_kind, handler) => void this.#onOwner.push(handler),
    onPhase: () => undefined,
    onDeparture: (handler) => {
      this.#onDeparture = (instance) => {
        for (const [partition, owner] of this.#view) if (owner.instance === instance) this.#forget(partition)
        handler(instance)
      }
    },
    refresh: () => Promise.resolve(),
  }

  #forget(partition: number): void {
    this.#view.delete(partition)
  }
}
