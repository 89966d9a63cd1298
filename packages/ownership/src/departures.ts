import type { InstanceId } from '@heliograph/bus'
import type { Clock } from './clock.ts'

const remembered = 64
const mostSuspects = 1024
const suspectPauseMs = 100

/** Who has departed, so that each departure is told once; and who may have, because the bus can't reach them. */
export class Departures {
  readonly #clock: Clock
  readonly #gone = new Set<InstanceId>()
  /** Since when. */
  readonly #suspects = new Map<InstanceId, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(instance: InstanceId): boolean {
    return this.#gone.has(instance)
  }

  /** False when this one was noted before. */
  note(instance: InstanceId): boolean {
    this.#suspects.delete(instance)
    if (this.#gone.has(instance)) return false
    this.#gone.add(instance)
    const [oldest] = this.#gone
    if (this.#gone.size > remembered && oldest !== undefined) this.#gone.delete(oldest)
    return true
  }

  /** True when it is time to look whether `instance` is still a member. */
  suspect(instance: InstanceId): boolean {
    const now = this.#clock.now()
    if (this.#gone.has(instance)) return false
    const since = this.#suspects.get(instance)
    if (since !== undefined && now - since < suspectPauseMs) return false
    this.#suspects.delete(instance)
    this.#suspects.set(instance, now)
    const [oldest] = this.#suspects.keys()
    if (this.#suspects.size > mostSuspects && oldest !== undefined) this.#suspects.delete(oldest)
    return true
  }

  clear(suspect: InstanceId): void {
    this.#suspects.delete(suspect)
  }

  /** Instances of a service that were suspected before the store was asked. */
  suspects(service: string, askedAt: number): InstanceId[] {
    const before = [...this.#suspects].filter(([, since]) => since <= askedAt)
    return before.map(([instance]) => instance).filter((instance) => instance.startsWith(`${service}-`))
  }

  recent(service: string): InstanceId[] {
    return [...this.#gone].filter((instance) => instance.startsWith(`${service}-`))
  }
}
