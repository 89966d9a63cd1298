import type { Counter, Metrics } from '@heliograph/telemetry'

/** What links count. Names are those of the metrics without `heliograph_bus_` and `_total`. */
export interface Meters {
  readonly framesSent: Counter
  readonly framesReceived: Counter
  readonly envelopesSent: Counter
  readonly envelopesReceived: Counter
  readonly bytesSent: Counter
  readonly bytesReceived: Counter
  /** Frames that went out more than once. */
  readonly resends: Counter
  /** Frames that came in more than once. */
  readonly duplicates: Counter
  /** Frames that came in after one that is missing. */
  readonly gaps: Counter
  /** Sends refused because the queue to the peer was at its bound. */
  readonly refusals: Counter
  /** Frames or envelopes that couldn't be read. */
  readonly malformed: Counter
}

/** Declares the metrics of a `Links`; `backlog` is read when they are scraped. */
export function createMeters(metrics: Metrics, backlog: () => number): Meters {
  const sent = { direction: 'sent' }
  const received = { direction: 'received' }
  const frames = (labels: typeof sent) => metrics.counter('heliograph_bus_frames_total', 'Frames published', labels)
  const envelopes = (labels: typeof sent) => metrics.counter('heliograph_bus_envelopes_total', 'Envelopes', labels)
  const bytes = (labels: typeof sent) => metrics.counter('heliograph_bus_bytes_total', 'Bytes of frames', labels)
  metrics.gauge('heliograph_bus_backlog_bytes', 'Bytes queued or unacknowledged, over all peers', backlog)
  return {
    framesSent: frames(sent),
    framesReceived: frames(received),
    envelopesSent: envelopes(sent),
    envelopesReceived: envelopes(received),
    bytesSent: bytes(sent),
    bytesReceived: bytes(received),
    resends: metrics.counter('heliograph_bus_resends_total', 'Frames sent again'),
    duplicates: metrics.counter('heliograph_bus_duplicates_total', 'Frames received again'),
    gaps: metrics.counter('heliograph_bus_gaps_total', 'Frames received after a missing one'),
    refusals: metrics.counter('heliograph_bus_refusals_total', 'Sends refused at the bound of a queue'),
    malformed: metrics.counter('heliograph_bus_malformed_total', 'Frames or envelopes that could not be read'),
  }
}
