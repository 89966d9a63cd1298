import type { Counter, Telemetry } from '@heliograph/telemetry'

/** What ownership reports. */
export interface OwnershipEvents {
  readonly granted: Counter
  readonly usurped: Counter
  readonly handedOver: Counter
  readonly lost: Counter
  readonly beatsFailed: Counter
  readonly lapsed: Counter
  readonly departures: Counter
}

/** Declares the metrics of ownership. */
export function ownershipEvents(metrics: Telemetry['metrics'], held: () => number): OwnershipEvents {
  metrics.gauge('heliograph_partitions_held', 'Partitions that this instance holds', held)
  const counter = (name: string, help: string) => metrics.counter(`heliograph_ownership_${name}_total`, help)
  return {
    granted: counter('granted', 'Partitions granted to this instance'),
    usurped: counter('usurped', 'Of these, taken from an instance whose lease had expired'),
    handedOver: counter('handed_over', 'Partitions handed over as planned'),
    lost: counter('lost', 'Partitions lost without hand-over'),
    beatsFailed: counter('heartbeats_failed', 'Heartbeats that the live state did not answer'),
    lapsed: counter('lapsed', 'Times this instance was found to have lost its lease'),
    departures: counter('departures', 'Instances seen to leave or to lose their lease'),
  }
}
