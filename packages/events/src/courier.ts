import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError, isUnavailable } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { Carry, Verdict } from './carry.ts'
import type { CourierEvents } from './courier-events.ts'
import type { Outbox } from './outbox.ts'

/** In one request. */
const BATCH = 50
const RETRY_MS = 1_000
const LONGEST_RETRY_MS = 300_000
/** What others wrote for our partitions, before they were ours. */
const LOOK_MS = 30_000
const COUNT_MS = 5_000

/** A configured delivery as its courier sees it. */
export interface CourierOptions {
  readonly name: string
  /** Events that may wait. */
  readonly most: number
  readonly giveUpSeconds: number
}

export interface CourierParts {
  readonly options: CourierOptions
  readonly outbox: Pick<Outbox, 'oldest' | 'remove' | 'bury' | 'buryOld' | 'count'>
  /** Those that this instance owns. */
  readonly partitions: () => readonly number[]
  readonly carry: Carry
  readonly events: CourierEvents
  readonly log: Logger
  /** For tests. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * Empties the outbox of one delivery, as far as it is this instance's: the oldest first, one request at a time, again and again until it
 * is taken. At least once: who dies between the answer and the removal leaves it to the next owner.
 */
export class Courier implements AsyncDisposable {
  readonly #parts: CourierParts
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  #rest: AbortController | undefined
  #woken = false
  #busy: Promise<unknown> = Promise.resolve()
  #failures = 0
  /** So many go one by one, as a request with all of them was refused for one of them. */
  #singly = 0
  #waiting = 0
  #counted = Number.NEGATIVE_INFINITY

  constructor(parts: CourierParts) {
    this.#parts = parts
    this.#ended = this.#run()
  }

  /** As last counted, of all instances. */
  get waiting(): number {
    return this.#waiting
  }

  get isFull(): boolean {
    return this.#waiting >= this.#parts.options.most
  }

  /** So many events were committed, or may have come to be ours. */
  wake(added = 0): void {
    this.#waiting += added
    this.#woken = true
    this.#rest?.abort()
  }

  /** When nothing is under way. */
  async settled(): Promise<void> {
    await this.#busy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#rest?.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const { ms, untilWoken } = await this.#round().catch((error: unknown) => this.#broken(error))
      if (ms === 0 || (untilWoken && this.#woken)) continue
      this.#rest = new AbortController()
      const until = untilWoken ? AbortSignal.any([signal, this.#rest.signal]) : signal
      await (this.#parts.pause ?? pause)(ms, until)
      this.#rest = undefined
    }
  }

  /** One request at most; how long to rest then. */
  async #round(): Promise<{ ms: number; untilWoken: boolean }> {
    const { options, outbox, partitions } = this.#parts
    await this.#count()
    // Woken while it looks, it has to look again.
    this.#woken = false
    const found = await outbox.oldest(options.name, partitions(), this.#singly > 0 ? 1 : BATCH)
    if (found.length === 0) return { ms: LOOK_MS, untilWoken: true }
    const carried = this.#carry(found)
    this.#busy = carried.catch(() => {})
    return { ms: await carried, untilWoken: false }
  }

  async #carry(found: readonly { readonly id: string; readonly body: string }[]): Promise<number> {
    const { outbox, carry, events, log, options } = this.#parts
    const ids = found.map(({ id }) => id)
    const verdict = await carry(
      found.map(({ body }) => body),
      this.#stop.signal,
    )
    if (verdict.kind === 'failed') return this.#failed(verdict)
    this.#failures = 0
    if (verdict.kind === 'refused' && found.length > 1) {
      this.#singly = found.length
      return 0
    }
    if (this.#singly > 0) this.#singly--
    if (verdict.kind === 'taken') {
      await outbox.remove(ids)
      events.delivered(found.length)
    } else {
      events.dead(await outbox.bury(ids))
      log.warn('event_refused', { delivery: options.name, reason: verdict.reason })
    }
    this.#waiting = Math.max(0, this.#waiting - found.length)
    return 0
  }

  async #failed({ reason }: Extract<Verdict, { kind: 'failed' }>): Promise<number> {
    if (this.#stop.signal.aborted) return 0
    const { outbox, partitions, events, log, options } = this.#parts
    const { name, giveUpSeconds } = options
    this.#failures++
    events.failed()
    log.warn('events_not_delivered', { delivery: name, reason, attempts: this.#failures })
    const dead = await outbox.buryOld(name, partitions(), giveUpSeconds)
    if (dead > 0) {
      events.dead(dead)
      log.error('events_given_up', { delivery: name, events: dead })
    }
    const longest = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failures - 1, 20))
    // Instances that failed together don't come back together.
    return Math.ceil(longest * (0.5 + Math.random() / 2))
  }

  async #count(): Promise<void> {
    const now = performance.now()
    if (now - this.#counted < COUNT_MS) return
    const { outbox, options } = this.#parts
    this.#waiting = await outbox.count(options.name, options.most)
    this.#counted = now
  }

  #broken(error: unknown): { ms: number; untilWoken: boolean } {
    const isForeseen = isUnavailable(error) || error instanceof FencedError || this.#stop.signal.aborted
    if (!isForeseen) this.#parts.log.error('outbox_failed', { delivery: this.#parts.options.name, error })
    return { ms: RETRY_MS, untilWoken: false }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
