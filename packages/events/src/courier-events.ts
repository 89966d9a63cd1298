import type { Metrics } from '@heliograph/telemetry'

/** What a courier counts. */
export interface CourierEvents {
  readonly delivered: (events: number) => void
  readonly failed: () => void
  readonly dead: (events: number) => void
}

/** Declares the metrics of one delivery. */
export function courierEvents(metrics: Metrics, delivery: string, waiting: () => number): CourierEvents {
  const labels = { delivery }
  const counter = (name: string, help: string) => metrics.counter(`heliograph_events_${name}_total`, help, labels)
  const delivered = counter('delivered', 'Events that receivers took')
  const failed = counter('attempts_failed', 'Requests with events that nobody took')
  const dead = counter('dead', 'Events given up: refused by their receiver, or waiting for too long')
  metrics.gauge('heliograph_events_waiting', 'Events that wait for their receiver, of all instances', waiting, labels)
  return {
    delivered: (events) => delivered.add(events),
    failed: () => failed.add(),
    dead: (events) => dead.add(events),
  }
}
