import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { Retention } from './retention.ts'

const BETWEEN_STEPS_MS = 100
const REST_MS = 30_000
/** A step that took long tells of a database that has other things to do: it is left alone for as many times as long. */
const BREATH = 4

/**
 * Purges archives until aborted, at a pace that leaves the database to others: at most 5000 rows a second, and a fifth of the time of one
 * connection.
 */
export async function purge(
  retention: Retention,
  {
    log,
    signal,
    purged,
  }: { readonly log: Logger; readonly signal: AbortSignal; readonly purged: (rows: number) => void },
): Promise<void> {
  let total = 0
  for (let pause = BETWEEN_STEPS_MS; await pausedFor(pause, signal); ) {
    const begun = performance.now()
    try {
      const step = await retention.step()
      if (step.purged > 0) purged(step.purged)
      total += step.purged
      if (step.state === 'done') {
        if (total > 0) log.info('archive_purged', { rows: total })
        total = 0
      }
      const busy = step.state === 'going on'
      pause = busy ? Math.max(BETWEEN_STEPS_MS, BREATH * (performance.now() - begun)) : REST_MS
    } catch (error) {
      if (!isUnavailable(error)) log.error('archive_purge_failed', { error })
      pause = REST_MS
    }
  }
}

/** False when it is over. */
async function pausedFor(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {})
  return !signal.aborted
}
