import { Session } from 'node:inspector/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import type { Logger } from '@heliograph/telemetry'
import { type Sample, TrimPolicy } from './trim-policy.ts'

const EVERY_MS = 5_000
const PROBE_MS = 20

/**
 * Gives back to the system what a burst has left in the heap, once the process is quiet ({@link TrimPolicy}): after a thousand logins V8's
 * young generation alone has up to 128 MiB, and keeps them for as long as nothing happens. Ends when it is disposed.
 */
export function trimWhenQuiet(log: Logger): Disposable {
  const policy = new TrimPolicy()
  let cpu = process.cpuUsage()
  let busy = false
  const look = async (): Promise<void> => {
    const { user, system } = process.cpuUsage(cpu)
    cpu = process.cpuUsage()
    if (busy || !policy.due(sample(user + system))) return
    if (!coreToSpare()) return policy.putOff()
    busy = true
    const before = process.memoryUsage.rss()
    const pause = await collect()
    busy = false
    policy.trimmed(sample(0))
    log.debug('memory_trimmed', { before, after: process.memoryUsage.rss(), took_ms: Math.round(pause) })
  }
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.warn('memory_trim_failed', { error }))
  }, EVERY_MS)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function sample(cpuMicros: number): Sample {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => name !== 'new_space')
  const live = old.reduce((sum, { space_used_size: used }) => sum + used, 0)
  return {
    at: performance.now(),
    cpuMicros,
    resident: process.memoryUsage.rss(),
    live,
  }
}

/** Whether the machine leaves us a core now: where it doesn't, a pause of 0.1 s becomes one of seconds. Spends `PROBE_MS` of CPU. */
function coreToSpare(): boolean {
  const began = performance.now()
  const start = process.cpuUsage()
  for (let used = 0; used < PROBE_MS * 1000; ) {
    const { user, system } = process.cpuUsage(start)
    used = user + system
    if (performance.now() - began > 2 * PROBE_MS) return false
  }
  return true
}

/** A collection that also shrinks the young generation and unmaps free pages, as no option of V8 does. Returns how long it took, ms. */
async function collect(): Promise<number> {
  const session = new Session()
  session.connect()
  const began = performance.now()
  try {
    await session.post('HeapProfiler.collectGarbage')
  } finally {
    session.disconnect()
  }
  return performance.now() - began
}
