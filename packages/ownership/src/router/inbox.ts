import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import type { Ownership } from '../ownership.ts'
import type { Answers } from './answers.ts'
import { EmitterFence } from './emission.ts'
import type { Serve } from './router.ts'
import type { RouterEvents } from './router-events.ts'

type Held = [envelope: Envelope, from: InstanceId]

export interface InboxOptions {
  readonly ownership: Pick<Ownership, 'kind' | 'phaseOf' | 'onPhase'>
  readonly answers: Answers
  readonly events: RouterEvents
  /** Envelopes that may wait for one partition. */
  readonly holdBound: number
}

const unserved: Serve = () => undefined

/** The receiving side: lets in what is for partitions served here, holds what is for those that load, and refuses the rest. */
export class Inbox {
  readonly #options: InboxOptions
  readonly #fence = new EmitterFence()
  readonly #held = new Map<number, Held[]>()
  /** Of each sender the attempts refused, by partition: later envelopes of the same attempt must not be let in. */
  readonly #refused = new Map<InstanceId, Map<number, number>>()
  serve: Serve = unserved
  serveInstance: Serve = unserved

  constructor(options: InboxOptions) {
    this.#options = options
    options.ownership.onPhase((partition) => this.#changed(partition))
  }

  get held(): number {
    let count = 0
    for (const waiting of this.#held.values()) count += waiting.length
    return count
  }

  receive(from: InstanceId, envelope: Envelope): void {
    if (!this.#fence.admits(envelope)) {
      this.#options.events.fenced.add()
      return
    }
    if (envelope.kind === Kind.instance) this.serveInstance(envelope, from)
    else this.#receiveKeyed(from, envelope)
  }

  forget(peer: InstanceId): void {
    this.#refused.delete(peer)
  }

  #receiveKeyed(from: InstanceId, envelope: Envelope): void {
    const { ownership } = this.#options
    const { kind, partition } = envelope
    if (this.#refused.size > 0 && envelope.attempt <= (this.#refused.get(from)?.get(partition) ?? 0)) return
    const phase = kind === ownership.kind ? ownership.phaseOf(partition) : 'none'
    const waiting = this.#held.get(partition)
    if (phase === 'served' && !waiting) this.serve(envelope, from)
    // An owner may have to see it taken before it can hand over what it owns.
    else if (phase === 'settling' && envelope.emitterKind !== Kind.instance) this.serve(envelope, from)
    else if (phase === 'served' || phase === 'pending') this.#hold(partition, waiting, envelope, from)
    else this.#refuse(from, envelope)
  }

  #hold(partition: number, waiting: Held[] | undefined, envelope: Envelope, from: InstanceId): void {
    if (!waiting) this.#held.set(partition, [[envelope, from]])
    else if (waiting.length < this.#options.holdBound) waiting.push([envelope, from])
    else {
      this.#options.events.holdsDropped.add()
      this.#refuse(from, envelope)
    }
  }

  /** Answers the first of an attempt; what follows on it is dropped unanswered, the sender begins anew with the first. */
  #refuse(from: InstanceId, envelope: Envelope): void {
    const { kind, partition, attempt, transfer } = envelope
    if (kind === this.#options.ownership.kind) {
      const attempts = this.#refused.get(from) ?? new Map<number, number>()
      if ((attempts.get(partition) ?? 0) >= attempt) return
      attempts.set(partition, attempt)
      this.#refused.set(from, attempts)
    }
    this.#options.events.refused.add()
    const moved = new Envelope(Op.moved)
    moved.kind = kind
    moved.partition = partition
    moved.attempt = attempt
    moved.transfer = transfer
    this.#options.answers.refuse(from, moved)
  }

  #changed(partition: number): void {
    const waiting = this.#held.get(partition)
    if (!waiting) return
    const phase = this.#options.ownership.phaseOf(partition)
    if (phase === 'pending') return
    this.#held.delete(partition)
    if (phase === 'served') for (const [envelope, from] of waiting) this.serve(envelope, from)
    else for (const [envelope, from] of waiting) this.#refuse(from, envelope)
  }
}
