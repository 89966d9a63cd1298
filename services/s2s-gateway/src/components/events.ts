import type { Domain } from '@heliograph/jid'
import type { StreamError } from '@heliograph/stanza'
import type { Counter, Logger, Metrics } from '@heliograph/telemetry'

/** Why stanzas for a component come back. */
export type BounceReason = 'absent' | 'full'

/** What happens to external components that somebody may want to know of. */
export class ComponentEvents {
  readonly stanzasIn: Counter
  readonly stanzasOut: Counter
  /** What came again after an instance died, and was recognised. */
  readonly repeated: Counter
  /** What a stream couldn't take, and was given to another. */
  readonly returned: Counter
  readonly #bounced: Readonly<Record<BounceReason, Counter>>
  readonly #refused: Counter
  readonly #stalled: Counter
  readonly #log: Logger

  constructor(log: Logger, metrics: Metrics) {
    this.#log = log
    const stanzas = (direction: string) =>
      metrics.counter('heliograph_component_stanzas_total', 'Stanzas of external components.', { direction })
    this.stanzasIn = stanzas('in')
    this.stanzasOut = stanzas('out')
    this.repeated = metrics.counter(
      'heliograph_component_repeated_total',
      'Stanzas for components that came again and were recognised.',
    )
    this.returned = metrics.counter(
      'heliograph_component_returned_total',
      'Stanzas that a stream of a component could not take, which went to another.',
    )
    const bounced = (reason: BounceReason) =>
      metrics.counter('heliograph_component_bounced_total', 'Stanzas for components that came back.', { reason })
    this.#bounced = { absent: bounced('absent'), full: bounced('full') }
    this.#refused = metrics.counter(
      'heliograph_component_refused_total',
      'Streams that ended with an error of the component.',
    )
    this.#stalled = metrics.counter(
      'heliograph_component_stalls_total',
      'Times a component was not read because of what it had in flight.',
    )
  }

  connected(domain: Domain, conn: number, address: string): void {
    this.#log.info('component_connected', { domain, conn, address })
  }

  gone(domain: Domain, conn: number): void {
    this.#log.info('component_gone', { domain, conn })
  }

  refused(domain: Domain | undefined, address: string, { condition, text }: StreamError): void {
    this.#refused.add()
    this.#log.warn('component_refused', { domain, address, condition, reason: text })
  }

  stalled(): void {
    this.#stalled.add()
  }

  bounced(reason: BounceReason): void {
    this.#bounced[reason].add()
  }

  failed(error: unknown): void {
    this.#log.error('component_stream_failed', { error })
  }
}
