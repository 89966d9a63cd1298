import { setTimeout as sleep } from 'node:timers/promises'
import type { Edge } from './edge.ts'
import { closeStream } from './stream/close.ts'

const STEP_MS = 50

/**
 * Closes all connections with `system-shutdown`, at the configured pace so that their clients don't all come back at once. Sessions with
 * stream management stay resumable. Resolves when the last transport is closed; when `signal` aborts, the rest is closed at once.
 */
export async function drainConnections(edge: Edge, signal: AbortSignal): Promise<void> {
  const perStep = Math.max(1, Math.round((edge.config.drain.pacePerSecond * STEP_MS) / 1000))
  while (edge.connections.size > 0) {
    let closed = 0
    for (const connection of edge.connections) {
      if (connection.phase.name === 'closing') continue
      closeStream(connection, { condition: 'system-shutdown' })
      closed++
      if (closed >= perStep && !signal.aborted) break
    }
    if (signal.aborted) return
    // Cut short by the signal: the next round closes what is left.
    await sleep(STEP_MS, undefined, { signal }).catch(() => undefined)
  }
}
