import { setTimeout as sleep } from 'node:timers/promises'
import { IdClock } from '@heliograph/archive'
import type { Envelope, InstanceId } from '@heliograph/bus'
import { type Domain, domainOf, type Jid, parseDomain, trusted } from '@heliograph/jid'
import { copyFor, isPrepared } from '@heliograph/multicast'
import { Gate, partitionOf } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import { answerFrom } from '../bring-in.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { refusal } from '../federation/refusal.ts'
import { patiently } from '../hand-over.ts'
import { tellPair } from '../multicast/hearing.ts'
import { MulticastServices } from '../multicast/services.ts'
import { DENIED, type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction } from '../outbound/initiation.ts'
import { openStream } from '../outbound/open-stream.ts'
import type { Backlog, Trail } from '../queue/queue-store.ts'
import { afterAll } from '../receive.ts'
import { Shares } from '../shares.ts'
import type { Common } from './common.ts'
import { entryOf } from './entry.ts'
import { giveBack } from './give-back.ts'
import { Pair } from './pair.ts'

/** What may wait here for all other domains together. One of them may have as much as it leaves free. */
const MOST = { stanzas: 65_536, bytes: 134_217_728 }
/** Streams that are being set up at once. */
const MOST_CONNECTING = 256
const MOST_PAIRS = 10_000
const RETRY_MS = 500

/** The (local, remote) pairs that are owned here and have something to say, by partition. */
export class Pairs {
  readonly #context: FederationContext
  readonly #common: Common
  readonly #byPartition = new Map<number, Map<string, Pair>>()
  /** Partitions of which it isn't known yet what former owners left. */
  readonly #loading = new Map<number, object>()

  constructor(context: FederationContext) {
    this.#context = context
    const { store, config } = context
    const keeping = store && { store, clock: new IdClock(), mostStanzas: config.federation.queueStanzas }
    this.#common = {
      open: openStream,
      connects: new Gate(MOST_CONNECTING),
      shares: new Shares(MOST),
      keeping,
      services: new MulticastServices(),
    }
    context.ways.onAdded = (key) => this.#byPartition.get(partitionOf(key))?.get(key)?.offered()
  }

  *[Symbol.iterator](): Iterator<Pair> {
    for (const pairs of this.#byPartition.values()) yield* pairs.values()
  }

  /** A stanza for another domain. */
  receive(envelope: Envelope, from: InstanceId): void {
    const { stanza, partition, transfer, recipients } = envelope
    const taken = (): void => {
      if (transfer !== 0) this.#context.router.receipt(from, transfer)
    }
    const stanzas = recipients && stanza ? recipients.map((to) => copyFor(stanza, trusted<Jid>(to))) : [stanza]
    const [first] = stanzas
    if (stanza?.from === undefined || first?.to === undefined) return taken()
    const settle = stanzas.length === 1 ? taken : afterAll(stanzas.length, taken)
    const refuse = (failure: Failure): void => {
      for (const each of stanzas) giveBack(this.#context, { stanza: each!, partition }, failure, settle)
    }
    const local = domainOf(trusted<Jid>(stanza.from))
    const remote = domainOf(trusted<Jid>(first.to))
    const failure = this.#refused(remote, stanza)
    if (failure !== undefined) return refuse(failure)
    const pair = this.#pairOf(envelope, { local, remote })
    if (pair === undefined) {
      this.#context.events.full()
      return refuse(unreachable('too many servers are spoken with'))
    }
    const group = stanzas.length > 1 && this.#mayBeOne(stanza) ? { stanza } : undefined
    pair.push(...stanzas.map((each) => ({ ...entryOf(each!, identityOf(envelope, each!, from), settle), group })))
  }

  /** What another server says of stanzas for several. An error for something else is for whoever wrote that. */
  hear({ stanza, partition, key, id, transfer }: Envelope, from: InstanceId): void {
    const taken = (): void => this.#context.router.receipt(from, transfer)
    if (stanza?.from === undefined) return taken()
    const isHeard = this.#byPartition.get(partition)?.get(key)?.hear(stanza) ?? false
    if (isHeard || stanza.name === 'iq') return taken()
    // A service of a server is written to on the stream for that server.
    const above = parseDomain(stanza.from.slice(stanza.from.indexOf('.') + 1))
    if (id === 0 && above?.includes('.')) tellPair(this.#context, { stanza, remote: above, asked: 1 }, taken)
    else answerFrom(this.#context, partition, stanza, taken)
  }

  #mayBeOne(stanza: Stanza): boolean {
    return this.#context.config.multicast.enabled && isPrepared(stanza)
  }

  /** Why policy doesn't let it go. */
  #refused(remote: Domain, stanza: Stanza): Failure | undefined {
    const { policy, refusals } = this.#context
    const { outbound } = policy.of(remote)
    const failure = outbound === undefined ? DENIED : refusal(outbound, stanza)
    if (failure !== undefined) refusals.tell(remote, 'out', stanza, failure)
    return failure
  }

  /** Undefined when there are too many. */
  #pairOf({ partition, key }: Pick<Envelope, 'partition' | 'key'>, direction: Direction): Pair | undefined {
    const pairs = this.#byPartition.get(partition) ?? new Map<string, Pair>()
    const known = pairs.get(key)
    if (known !== undefined) return known
    if (this.#count >= MOST_PAIRS) return undefined
    const pair = new Pair(this.#context, this.#common, direction, partition)
    this.#byPartition.set(partition, pairs)
    pairs.set(key, pair)
    if (!this.#loading.has(partition)) pair.found(undefined)
    return pair
  }

  get #count(): number {
    let count = 0
    for (const { size } of this.#byPartition.values()) count += size
    return count
  }

  /** A partition came here. What former owners left for its pairs is looked for while stanzas for them wait; nothing else has to. */
  load(partition: number): void {
    const { store, log } = this.#context
    if (store === undefined) return
    const turn = {}
    this.#loading.set(partition, turn)
    const isWanted = (): boolean => this.#loading.get(partition) === turn
    const look = async (): Promise<void> => {
      while (isWanted()) {
        try {
          const [backlogs, trails] = [await store.backlogs(partition), await store.trails(partition)]
          if (isWanted()) this.#found(partition, backlogs, trails)
          return
        } catch (error) {
          log.warn('s2s_queue_unread', { partition, error })
          await sleep(RETRY_MS)
        }
      }
    }
    void look()
  }

  #found(partition: number, backlogs: readonly Backlog[], trails: ReadonlyMap<string, Trail>): void {
    const byKey = new Map(backlogs.map((backlog) => [backlog.pair, backlog]))
    for (const key of new Set([...byKey.keys(), ...trails.keys()])) {
      const [local, remote] = key.split(' ') as [Domain, Domain]
      this.#pairOf({ partition, key }, { local, remote })
    }
    this.#loading.delete(partition)
    for (const pair of this.#byPartition.get(partition)?.values() ?? [])
      pair.found(byKey.get(pair.key), trails.get(pair.key))
  }

  /** Something else holds for these domains from now on. */
  renew(isConcerned: (remote: Domain) => boolean): void {
    for (const pair of this) if (isConcerned(pair.remote)) void pair.renew()
  }

  sweep(now: number): void {
    for (const pairs of this.#byPartition.values())
      for (const [key, pair] of pairs) if (pair.sweep(now)) pairs.delete(key)
  }

  async handOver(partition: number): Promise<void> {
    const pairs = [...(this.#byPartition.get(partition)?.values() ?? [])]
    this.#byPartition.delete(partition)
    this.#loading.delete(partition)
    await Promise.all(pairs.map((pair) => pair.handOver()))
    // The next owner reads it.
    await patiently(this.#context.store?.flushed() ?? Promise.resolve())
    await patiently(this.#context.router.settled(partition))
  }

  lose(partition: number): void {
    for (const pair of this.#byPartition.get(partition)?.values() ?? []) pair.lose()
    this.#byPartition.delete(partition)
    this.#loading.delete(partition)
  }

  loseAll(): void {
    this.#loading.clear()
    for (const partition of [...this.#byPartition.keys()]) this.lose(partition)
  }
}

/** A client's stanza keeps its ingress id, and what a room says its sequence, whoever sends it again. What else comes again comes by the same transfer. */
function identityOf({ stream, count, transfer, recipients }: Envelope, { to }: Stanza, from: InstanceId): string {
  if (stream !== '') return `${stream} ${count} ${to ?? ''}`
  if (transfer === 0) return ''
  return recipients === undefined ? `${from} ${transfer}` : `${from} ${transfer} ${to}`
}
