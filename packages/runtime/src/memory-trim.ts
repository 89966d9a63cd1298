import { Session } from 'node:inspector/promises'
import { getHeapStatistics } from 'node:v8'
import type { Logger } from '@heliograph/telemetry'
import { type Sample, TrimPolicy } from './trim-policy.ts'

const EVERY_MS = 1_000

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
  return {
    at: performance.now(),
    cpuMicros,
    resident: process.memoryUsage.rss(),
    live: getHeapStatistics().used_heap_size,
  }
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
