import type { InstanceId } from '@heliograph/bus'
import type { Domain } from '@heliograph/jid'
import { affinity } from '@heliograph/ownership'

/** A stream of a component, and the gateway that holds it. */
export interface Target {
  readonly instance: InstanceId
  readonly number: number
}

/** One of the streams that a gateway holds. */
export interface Held {
  readonly domain: Domain
  readonly number: number
}

interface Table {
  readonly version: number
  readonly held: readonly Held[]
}

/** So long after its start a gateway doesn't take what it hasn't heard of for absent: the others tell it once they know of it. */
const GRACE_MS = 2_000

/** Which gateways hold streams of which components, as each of them has told. */
export class Directory {
  readonly #now: () => number
  readonly #began: number
  readonly #tables = new Map<InstanceId, Table>()
  readonly #absentSince = new Map<Domain, number>()
  #targets = new Map<Domain, Target[]>()

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#began = now()
  }

  /** What a gateway holds now; what it told before, and comes late, changes nothing. */
  learn(instance: InstanceId, version: number, held: readonly Held[]): void {
    if ((this.#tables.get(instance)?.version ?? -1) >= version) return
    this.#tables.set(instance, { version, held })
    this.#index()
  }

  /** A gateway is gone, and its streams with it. */
  forget(instance: InstanceId): void {
    if (this.#tables.delete(instance)) this.#index()
  }

  /** Streams of a component in the whole cluster. */
  count(domain: Domain): number {
    return this.#targets.get(domain)?.length ?? 0
  }

  /** The stream that has the conversations under `key`: always the same while it is there, whoever asks. Undefined when there is none. */
  choose(domain: Domain, key: string): Target | undefined {
    let best: Target | undefined
    let highest = -1
    for (const target of this.#targets.get(domain) ?? []) {
      const score = affinity(`${target.instance} ${target.number}`, key)
      if (score <= highest) continue
      highest = score
      best = target
    }
    return best
  }

  /** For how long nobody has held a stream of it, as far as this gateway knows; 0 while somebody does, or may. */
  absentMs(domain: Domain): number {
    if (this.#targets.has(domain)) return 0
    const since = this.#absentSince.get(domain)
    if (since !== undefined) return this.#now() - since
    const ours = this.#now() - this.#began
    return ours < GRACE_MS ? 0 : ours
  }

  #index(): void {
    const targets = new Map<Domain, Target[]>()
    for (const [instance, { held }] of this.#tables)
      for (const { domain, number } of held) {
        const list = targets.get(domain)
        if (list) list.push({ instance, number })
        else targets.set(domain, [{ instance, number }])
      }
    for (const domain of this.#targets.keys()) if (!targets.has(domain)) this.#absentSince.set(domain, this.#now())
    this.#targets = targets
  }
}
