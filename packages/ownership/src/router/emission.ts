import { type Envelope, Kind } from '@heliograph/bus'
import { PARTITIONS } from '../ownership.ts'

/** Counts unsettled transfers by the partition in whose name they were emitted, so that a hand-over can wait for them. */
export class Emissions {
  readonly #kind: Kind
  readonly #counts = new Int32Array(PARTITIONS)
  readonly #waiting = new Map<number, (() => void)[]>()

  constructor(kind: Kind) {
    this.#kind = kind
  }

  began(envelope: Envelope): void {
    if (envelope.emitterKind === this.#kind) this.#counts[envelope.emitterPartition]!++
  }

  ended(envelope: Envelope): void {
    if (envelope.emitterKind !== this.#kind) return
    const left = --this.#counts[envelope.emitterPartition]!
    if (left > 0 || this.#waiting.size === 0) return
    for (const resolve of this.#waiting.get(envelope.emitterPartition) ?? []) resolve()
    this.#waiting.delete(envelope.emitterPartition)
  }

  settled(partition: number): Promise<void> {
    if (this.#counts[partition] === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(partition)
      if (waiting) waiting.push(resolve)
      else this.#waiting.set(partition, [resolve])
    })
  }
}

/** The highest epoch seen of each partition that emits: whoever emits under a lower one has been replaced without knowing it. */
export class EmitterFence {
  readonly #highest = new Map<Kind, Float64Array>()

  /** False when the emitter of this envelope has been replaced. */
  admits(envelope: Envelope): boolean {
    if (envelope.epoch === 0 || envelope.emitterKind === Kind.instance) return true
    let epochs = this.#highest.get(envelope.emitterKind)
    if (!epochs) {
      epochs = new Float64Array(PARTITIONS)
      this.#highest.set(envelope.emitterKind, epochs)
    }
    const known = epochs[envelope.emitterPartition] ?? 0
    if (envelope.epoch > known) epochs[envelope.emitterPartition] = envelope.epoch
    return envelope.epoch >= known
  }
}
