import type { Envelope, InstanceId } from '@heliograph/bus'
import { domainOf, type Jid, trusted } from '@heliograph/jid'
import { Gate } from '@heliograph/ownership'
import type { FederationContext } from '../federation/federation-context.ts'
import { patiently } from '../hand-over.ts'
import { type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction } from '../outbound/initiation.ts'
import { openStream } from '../outbound/open-stream.ts'
import { Shares } from '../shares.ts'
import { giveBack } from './give-back.ts'
import { type Common, Pair } from './pair.ts'

/** What may wait here for all other domains together. One of them may have as much as it leaves free. */
const MOST = { stanzas: 65_536, bytes: 134_217_728 }
/** Streams that are being set up at once. */
const MOST_CONNECTING = 256
const MOST_PAIRS = 10_000

const DENIED: Failure = {
  condition: 'policy-violation',
  type: 'cancel',
  text: 'this server does not speak with that one',
}

/** The (local, remote) pairs that are owned here and have something to say, by partition. */
export class Pairs {
  readonly #context: FederationContext
  readonly #common: Common = { open: openStream, connects: new Gate(MOST_CONNECTING), shares: new Shares(MOST) }
  readonly #byPartition = new Map<number, Map<string, Pair>>()

  constructor(context: FederationContext) {
    this.#context = context
  }

  *[Symbol.iterator](): Iterator<Pair> {
    for (const pairs of this.#byPartition.values()) yield* pairs.values()
  }

  /** A stanza for another domain. */
  receive(envelope: Envelope, from: InstanceId): void {
    const { stanza, partition, transfer } = envelope
    const taken = (): void => {
      if (transfer !== 0) this.#context.router.receipt(from, transfer)
    }
    if (stanza?.from === undefined || stanza.to === undefined) return taken()
    const local = domainOf(trusted<Jid>(stanza.from))
    const remote = domainOf(trusted<Jid>(stanza.to))
    if (!this.#context.policy.of(remote).outbound)
      return void giveBack(this.#context, { stanza, partition }, DENIED, taken)
    const pair = this.#pairOf(envelope, { local, remote })
    if (pair === undefined) {
      this.#context.events.full()
      giveBack(this.#context, { stanza, partition }, unreachable('too many servers are spoken with'), taken)
      return
    }
    pair.push({
      ...{ stanza, key: identityOf(envelope, from), taken: [taken] },
      ...{ since: performance.now(), attempts: 0, writtenAt: 0 },
    })
  }

  /** Undefined when there are too many. */
  #pairOf({ partition, key }: Envelope, direction: Direction): Pair | undefined {
    const pairs = this.#byPartition.get(partition) ?? new Map<string, Pair>()
    const known = pairs.get(key)
    if (known !== undefined) return known
    if (this.#count >= MOST_PAIRS) return undefined
    const pair = new Pair(this.#context, this.#common, direction, partition)
    this.#byPartition.set(partition, pairs)
    pairs.set(key, pair)
    return pair
  }

  get #count(): number {
    let count = 0
    for (const { size } of this.#byPartition.values()) count += size
    return count
  }

  sweep(now: number): void {
    for (const pairs of this.#byPartition.values())
      for (const [key, pair] of pairs) if (pair.sweep(now)) pairs.delete(key)
  }

  async handOver(partition: number): Promise<void> {
    const pairs = [...(this.#byPartition.get(partition)?.values() ?? [])]
    this.#byPartition.delete(partition)
    await Promise.all(pairs.map((pair) => pair.handOver()))
    await patiently(this.#context.router.settled(partition))
  }

  lose(partition: number): void {
    for (const pair of this.#byPartition.get(partition)?.values() ?? []) pair.lose()
    this.#byPartition.delete(partition)
  }

  loseAll(): void {
    for (const partition of [...this.#byPartition.keys()]) this.lose(partition)
  }
}

/** A client's stanza keeps its ingress id, and what a room says its sequence, whoever sends it again. What else comes again comes by the same transfer. */
function identityOf({ stream, count, stanza, transfer }: Envelope, from: InstanceId): string {
  if (stream !== '') return `${stream} ${count} ${stanza?.to ?? ''}`
  return transfer === 0 ? '' : `${from} ${transfer}`
}
