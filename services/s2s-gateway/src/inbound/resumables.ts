import { randomUUID } from 'node:crypto'
import type { Domain } from '@heliograph/jid'
import { RESUMABLE_SECONDS } from './acknowledging.ts'
import type { Inbound } from './inbound.ts'

const MOST = 10_000

/** Where a stream goes on that broke. */
export interface Former {
  /** Of the ingress ids of its stanzas: what comes again is known by them. */
  readonly ingress: string
  /** The last of its stanzas that was handled; what followed comes again. */
  readonly count: number
  /** The same in the peer's counting. */
  readonly h: number
}

interface Known {
  readonly inbound: Inbound
  readonly local: Domain | undefined
  readonly remote: Domain | undefined
  /** When it can't be resumed any more; while it is open, never. */
  until: number
}

/** Streams of others that may be resumed at this instance (XEP-0198 §5). Of too many the oldest can't be. */
export class Resumables {
  readonly #known = new Map<string, Known>()

  add(inbound: Inbound): string {
    const id = randomUUID()
    this.put(id, inbound)
    return id
  }

  put(id: string, inbound: Inbound): void {
    const { local, remote } = inbound
    inbound.resumption = id
    this.#known.set(id, { inbound, local, remote, until: Number.POSITIVE_INFINITY })
    if (this.#known.size > MOST) for (const oldest of this.#known.keys().take(1)) this.#known.delete(oldest)
  }

  /**
   * For the same server only, as it has proven itself anew. A stream that still seems to be open ends. What had come on it is handled first, unless that takes
   * too long: so the other server learns what it needn't send again, whoever of its instances asks.
   */
  async take(id: string, { local, remote }: Pick<Known, 'local' | 'remote'>): Promise<Former | undefined> {
    const known = this.#known.get(id)
    if (known === undefined || known.local !== local || known.remote !== remote) return undefined
    const { inbound } = known
    // While it may be taken it is over in any case, but not in order.
    inbound.resumption = undefined
    inbound.stream.destroy()
    known.until = expiry()
    const former = await inbound.intake.former()
    return this.#known.delete(id) ? former : undefined
  }

  /** A stream is over: in order, or it may come again. */
  ended({ resumption }: Inbound, isInOrder: boolean): void {
    const known = resumption === undefined ? undefined : this.#known.get(resumption)
    if (known === undefined || resumption === undefined) return
    if (isInOrder) this.#known.delete(resumption)
    else known.until = expiry()
  }

  sweep(now: number): void {
    for (const [id, { until }] of this.#known) if (until <= now) this.#known.delete(id)
  }
}

function expiry(): number {
  return performance.now() + RESUMABLE_SECONDS * 1_000
}
