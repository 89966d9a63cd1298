import type { Metrics } from '@heliograph/telemetry'

/** What this service counts. */
export type PubsubEvents = ReturnType<typeof pubsubEvents>

export function pubsubEvents(metrics: Metrics) {
  const counter = (name: string, help: string) => metrics.counter(`heliograph_pubsub_${name}_total`, help)
  const published = counter('published', 'Items published')
  const notified = counter('notified', 'Addresses that were told of what happened to nodes')
  const refused = counter('refused', 'Requests that nodes refused')
  const full = counter('full', 'Requests refused because too much waited')
  const listingsRefused = counter('listings_refused', 'Requests for all nodes refused because too many were asked')
  return {
    published: (items: number) => published.add(items),
    notified: (addresses: number) => notified.add(addresses),
    refused: () => refused.add(),
    full: () => full.add(),
    listingRefused: () => listingsRefused.add(),
  }
}
