import { setTimeout as sleep } from 'node:timers/promises'
import { scrape } from '../support/metrics.ts'
import type { Findings } from './findings.ts'
import type { World } from './world.ts'

const EMPTY_MS = 60_000
/** What must be empty when nobody says anything any more. */
const QUEUES = [
  'heliograph_edge_in_flight_stanzas',
  'heliograph_router_outstanding',
  'heliograph_router_held',
  'heliograph_session_archive_queued',
  'heliograph_muc_waiting',
  'heliograph_pubsub_waiting',
  'heliograph_database_waiting',
]
const HEAP = 'nodejs_heap_used_bytes'
/** Users leave memory after a minute, and a process gives back what it doesn't need once it is quiet. */
const FORGETTING_MS = 150_000
const MOST_GROWTH = 1.25

/** Everybody has left: nothing waits anywhere. */
export async function emptied(world: World, findings: Findings): Promise<void> {
  for (const port of world.metricsPorts) {
    let full: string[] = []
    for (const end = performance.now() + EMPTY_MS; performance.now() < end; await sleep(100)) {
      const metrics = await scrape(port)
      full = QUEUES.filter((name) => (metrics.get(name) ?? 0) > 0)
      if (full.length === 0) break
    }
    for (const name of full) findings.add(`${name} does not become 0`, '')
  }
}

/** The least that was in use on each heap in the time that it takes to forget everybody. */
export async function heaps(world: World): Promise<number[]> {
  const least = world.metricsPorts.map(() => Number.POSITIVE_INFINITY)
  for (const end = performance.now() + FORGETTING_MS; performance.now() < end; await sleep(1_000)) {
    for (const [at, port] of world.metricsPorts.entries())
      least[at] = Math.min(least[at]!, (await scrape(port)).get(HEAP) ?? least[at]!)
  }
  return least
}

/** Much was said since `before`: what is kept of it has bounds that were reached by then. */
export function compareHeaps(before: readonly number[], after: readonly number[], findings: Findings): void {
  for (const [at, bytes] of after.entries())
    if (bytes > before[at]! * MOST_GROWTH) findings.add(`the heap has grown from ${before[at]} to ${bytes} bytes`, '')
}
