import type { Envelope, InstanceId } from '@heliograph/bus'
import { domainOf, type Jid, trusted } from '@heliograph/jid'
import { errorReply, stanzaError } from '@heliograph/stanza'
import { answerFrom } from '../bring-in.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { patiently } from '../hand-over.ts'
import type { Entry } from './entry.ts'
import { Pair } from './pair.ts'

/** The (local, remote) pairs that are owned here and have something to say, by partition. */
export class Pairs {
  readonly #context: FederationContext
  readonly #byPartition = new Map<number, Map<string, Pair>>()

  constructor(context: FederationContext) {
    this.#context = context
  }

  *[Symbol.iterator](): Iterator<Pair> {
    for (const pairs of this.#byPartition.values()) yield* pairs.values()
  }

  /** A stanza for another domain. */
  receive(envelope: Envelope, from: InstanceId): void {
    const { stanza, partition, transfer, key } = envelope
    const taken = (): void => {
      if (transfer !== 0) this.#context.router.receipt(from, transfer)
    }
    if (stanza?.from === undefined || stanza.to === undefined) return taken()
    const local = domainOf(trusted<Jid>(stanza.from))
    const remote = domainOf(trusted<Jid>(stanza.to))
    if (!this.#context.policy.of(remote).outbound) {
      const error = stanzaError('policy-violation', {
        type: 'cancel',
        text: 'this server does not speak with that one',
      })
      const reply = stanza.type === 'probe' ? undefined : errorReply(stanza, error)
      return reply ? answerFrom(this.#context, partition, reply, taken) : taken()
    }
    const pairs = this.#byPartition.get(partition) ?? new Map<string, Pair>()
    this.#byPartition.set(partition, pairs)
    const pair = pairs.get(key) ?? new Pair(this.#context, { local, remote }, partition)
    pairs.set(key, pair)
    const entry: Entry = { stanza, key: identityOf(envelope, from), taken: [taken], attempts: 0 }
    pair.push(entry)
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
