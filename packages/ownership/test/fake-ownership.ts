import type { InstanceId, Kind } from '@heliograph/bus'
import type { Owner, Ownership, Phase } from '../src/index.ts'

/** Ownership that says what a test tells it to. */
export class FakeOwnership implements Ownership {
  readonly kind: Kind
  readonly instance: InstanceId
  readonly current = true
  readonly phases = new Map<number, Phase>()
  readonly owners = new Map<string, Owner>()
  refreshed = 0
  readonly #ownerHandlers = new Map<Kind, ((partition: number, owner: Owner) => void)[]>()
  readonly #phaseHandlers: ((partition: number, phase: Phase) => void)[] = []
  readonly #departureHandlers: ((instance: InstanceId) => void)[] = []

  constructor(kind: Kind, instance: InstanceId) {
    this.kind = kind
    this.instance = instance
  }

  /** Tells a new owner, as ownership does when it learns of one. */
  own(kind: Kind, partition: number, instance: InstanceId, epoch: number): void {
    const owner = { instance, epoch }
    this.owners.set(`${kind} ${partition}`, owner)
    for (const handler of this.#ownerHandlers.get(kind) ?? []) handler(partition, owner)
  }

  enter(partition: number, phase: Phase): void {
    this.phases.set(partition, phase)
    for (const handler of this.#phaseHandlers) handler(partition, phase)
  }

  depart(instance: InstanceId): void {
    for (const [key, owner] of this.owners) if (owner.instance === instance) this.owners.delete(key)
    for (const handler of this.#departureHandlers) handler(instance)
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  epochOf(partition: number): number {
    return this.phaseOf(partition) === 'served' ? 1 : 0
  }

  heldEpochOf(partition: number): number {
    return this.phaseOf(partition) === 'none' ? 0 : 1
  }

  phaseOf(partition: number): Phase {
    return this.phases.get(partition) ?? 'none'
  }

  ownerOf(kind: Kind, partition: number): Owner | undefined {
    return this.owners.get(`${kind} ${partition}`)
  }

  members(): [] {
    return []
  }

  onOwner(kind: Kind, handler: (partition: number, owner: Owner) => void): void {
    this.#ownerHandlers.set(kind, [...(this.#ownerHandlers.get(kind) ?? []), handler])
  }

  onPhase(handler: (partition: number, phase: Phase) => void): void {
    this.#phaseHandlers.push(handler)
  }

  onDeparture(handler: (instance: InstanceId) => void): void {
    this.#departureHandlers.push(handler)
  }

  refresh(): Promise<void> {
    this.refreshed++
    return Promise.resolve()
  }

  drain(): Promise<void> {
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }
}
