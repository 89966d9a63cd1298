import type { Counter, Metrics } from '@heliograph/telemetry'

/** What distribution reports. */
export interface DistributionEvents {
  readonly parcels: Counter
  readonly envelopes: Counter
  readonly strays: Counter
  readonly repeated: Counter
  readonly dropped: Counter
}

/** Declares the metrics of distribution. */
export function distributionEvents(
  metrics: Metrics,
  read: Readonly<Record<'outstanding' | 'waiting' | 'recent', () => number>>,
): DistributionEvents {
  const gauge = (name: string, help: string, of: () => number) =>
    metrics.gauge(`heliograph_distribution_${name}`, help, of)
  const counter = (name: string, help: string) => metrics.counter(`heliograph_distribution_${name}_total`, help)
  gauge('outstanding', 'Parcels of rooms and nodes that not every destination has taken', read.outstanding)
  gauge('waiting', 'Parcels that wait for the owner of a partition, each for itself', read.waiting)
  gauge('recent_bytes', 'Parcels kept to be repeated to new owners', read.recent)
  return {
    parcels: counter('parcels', 'Parcels sent by rooms and nodes'),
    envelopes: counter('envelopes', 'Envelopes with parcels for users, one a destination instance'),
    strays: counter('strays', 'Recipients that were not owned where they were thought to be'),
    repeated: counter('repeated', 'Parcels repeated to a new owner of a partition'),
    dropped: counter('dropped', 'Parcels given up for a partition because too many waited for its owner'),
  }
}
