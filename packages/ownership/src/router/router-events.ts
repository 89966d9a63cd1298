import type { Counter, Telemetry } from '@heliograph/telemetry'

/** What the router reports. */
export interface RouterEvents {
  readonly moved: Counter
  readonly resent: Counter
  readonly refused: Counter
  readonly fenced: Counter
  readonly expired: Counter
  readonly full: Counter
  readonly sendsDropped: Counter
  readonly holdsDropped: Counter
}

/** Declares the metrics of the router. */
export function routerEvents(
  metrics: Telemetry['metrics'],
  waiting: Readonly<Record<'outstanding' | 'held' | 'sends' | 'answers', () => number>>,
): RouterEvents {
  metrics.gauge('heliograph_router_outstanding', 'Transfers and multicasts not yet settled', waiting.outstanding)
  metrics.gauge('heliograph_router_held', 'Envelopes that wait for their partition to load', waiting.held)
  metrics.gauge(
    'heliograph_router_sends_waiting',
    'Sends without receipt that wait for an owner or for room',
    waiting.sends,
  )
  metrics.gauge('heliograph_router_answers_waiting', 'Receipts and refusals that wait for room', waiting.answers)
  const counter = (name: string, help: string) => metrics.counter(`heliograph_router_${name}_total`, help)
  return {
    moved: counter('moved', 'Refusals received: the partition was not served where we thought'),
    resent: counter('resent', 'Envelopes sent again after a change of owner'),
    refused: counter('refused', 'Attempts of others refused because the partition is not served here'),
    fenced: counter('fenced', 'Envelopes dropped because their emitter had been replaced'),
    expired: counter('expired', 'Transfers given up because no owner was found in time'),
    full: counter('full', 'Transfers and multicasts given up because a bound was hit'),
    sendsDropped: counter(
      'sends_dropped',
      'Sends without receipt dropped because no owner was found in time or a bound was hit',
    ),
    holdsDropped: counter('holds_refused', 'Envelopes refused because too many waited for their partition to load'),
  }
}
