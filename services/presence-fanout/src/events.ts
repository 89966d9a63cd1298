import { type Metrics, secondsBuckets } from '@heliograph/telemetry'

/** What this service counts. Its lag is what it is scaled by. */
export type FanoutEvents = ReturnType<typeof fanoutEvents>

export function fanoutEvents(metrics: Metrics) {
  const counter = (name: string, help: string) => metrics.counter(`heliograph_fanout_${name}`, help)
  const changes = counter('changes_total', 'Presence changes sent out')
  const damped = counter('damped_total', 'Presence changes replaced by a newer one before they were sent')
  const repeated = counter('repeated_total', 'Presence changes that had been sent before')
  const refused = counter('refused_total', 'Probes not taken because too much waits for one publisher')
  const frames = counter('frames_total', 'Multicast envelopes, one a destination instance')
  const recipients = counter('recipients_total', 'Watchers addressed')
  const strays = counter('strays_total', 'Watchers resolved again because their owner had changed')
  const lag = metrics.histogram(
    'heliograph_fanout_lag_seconds',
    'From arrival of a change until every destination took it',
    secondsBuckets,
  )
  return {
    sent: (destinations: number, watchers: number) => {
      changes.add()
      frames.add(destinations)
      recipients.add(watchers)
    },
    damped: () => damped.add(),
    repeated: () => repeated.add(),
    refused: () => refused.add(),
    stray: (count: number) => strays.add(count),
    lag: (seconds: number) => lag.record(seconds),
  }
}
