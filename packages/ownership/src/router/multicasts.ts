import { type Envelope, type InstanceId, Kind, type Links } from '@heliograph/bus'
import type { Clock } from '../clock.ts'
import type { Emissions } from './emission.ts'
import type { Numbers } from './numbers.ts'
import { Pending } from './pending.ts'
import type { RouterEvents } from './router-events.ts'

type Settle = (strays: readonly string[]) => void

interface Cast {
  readonly to: InstanceId
  readonly envelope: Envelope
  readonly settle: Settle
}

export interface MulticastsOptions {
  readonly links: Pick<Links, 'send'>
  readonly clock: Clock
  readonly numbers: Numbers
  readonly emissions: Emissions
  readonly events: RouterEvents
  /** Multicasts that may wait for one instance whose queue is full. */
  readonly waitBound: number
  readonly bound: number
}

const retryMs = 50
const departedRemembered = 256

/** Envelopes to instances for the recipients they own, kept until the receipt. */
export class Multicasts {
  readonly #options: MulticastsOptions
  readonly #casts = new Pending<Cast>()
  /** Not yet sent, by instance, in order. */
  readonly #waiting = new Map<InstanceId, Cast[]>()
  readonly #abandoned: Cast[] = []
  /** Instances that something abandoned was for: nothing may overtake it. */
  #lagging = new Set<InstanceId>()
  readonly #departed = new Set<InstanceId>()
  #cancelRetry: (() => void) | undefined

  constructor(options: MulticastsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#casts.size
  }

  send(to: InstanceId, envelope: Envelope, settle: Settle): void {
    const { numbers, emissions, bound, events } = this.#options
    envelope.kind = Kind.instance
    envelope.transfer = numbers.next()
    const cast = { to, envelope, settle }
    this.#casts.add(envelope.transfer, cast)
    emissions.began(envelope)
    const full = this.#casts.size > bound
    if (full) events.full.add()
    if (full || this.#departed.has(to) || this.#lagging.has(to)) this.#giveUpSoon(cast)
    else this.#dispatch(cast)
  }

  /** True when `transfer` was a multicast. */
  taken(transfer: number): boolean {
    return this.#settle(transfer, [])
  }

  strays(transfer: number, recipients: readonly string[]): void {
    this.#settle(transfer, recipients)
  }

  departed(instance: InstanceId): void {
    this.#departed.add(instance)
    const [oldest] = this.#departed
    if (this.#departed.size > departedRemembered && oldest !== undefined) this.#departed.delete(oldest)
    this.#waiting.delete(instance)
    for (const cast of [...this.#casts.values()]) if (cast.to === instance) this.#giveUp(cast)
  }

  stop(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = () => undefined
  }

  #dispatch(cast: Cast): void {
    const waiting = this.#waiting.get(cast.to)
    if (!waiting && this.#options.links.send(cast.to, cast.envelope)) return
    if ((waiting?.length ?? 0) >= this.#options.waitBound) {
      this.#options.events.full.add()
      this.#giveUpSoon(cast)
      return
    }
    if (waiting) waiting.push(cast)
    else this.#waiting.set(cast.to, [cast])
    this.#retrySoon()
  }

  readonly #retry = (): void => {
    this.#cancelRetry = undefined
    for (const cast of this.#abandoned.splice(0)) this.#giveUp(cast)
    this.#lagging = new Set(this.#abandoned.map(({ to }) => to))
    for (const [to, waiting] of this.#waiting) {
      let sent = 0
      while (sent < waiting.length && this.#options.links.send(to, waiting[sent]!.envelope)) sent++
      if (sent === waiting.length) this.#waiting.delete(to)
      else waiting.splice(0, sent)
    }
    if (this.#waiting.size > 0) this.#retrySoon()
  }

  /** Not at once: the caller is to resolve the recipients anew, and must not spin on an instance that lags. */
  #giveUpSoon(cast: Cast): void {
    this.#abandoned.push(cast)
    this.#lagging.add(cast.to)
    this.#retrySoon()
  }

  #retrySoon(): void {
    this.#cancelRetry ??= this.#options.clock.after(retryMs, this.#retry)
  }

  #giveUp(cast: Cast): void {
    this.#settle(cast.envelope.transfer, cast.envelope.recipients ?? [])
  }

  #settle(transfer: number, strays: readonly string[]): boolean {
    const cast = this.#casts.get(transfer)
    if (!cast) return false
    this.#casts.delete(transfer)
    this.#options.emissions.ended(cast.envelope)
    cast.settle(strays)
    return true
  }
}
