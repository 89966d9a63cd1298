import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Metrics } from '@heliograph/telemetry'

/** Four wake-ups a second. With fifty (every 20 ms) they were most of what an idle process cost, 2 ms of CPU a second. */
const resolutionMs = 250
const nanoseconds = 1e9

/** Counts what this process costs. The event loop is watched until the result is disposed. */
export function watchProcess(metrics: Metrics): Disposable {
  metrics.total('process_cpu_seconds_total', 'CPU time, user and system.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  metrics.gauge(
    'process_start_time_seconds',
    'When the process began, since 1970.',
    () => performance.timeOrigin / 1_000,
  )
  metrics.gauge('process_open_fds', 'Open file descriptors.', openFiles)
  metrics.gauge('nodejs_heap_used_bytes', 'Used part of the heap.', () => process.memoryUsage().heapUsed)
  metrics.gauge('nodejs_external_memory_bytes', 'Memory outside the heap.', () => process.memoryUsage().external)
  return watchEventLoop(metrics)
}

function watchEventLoop(metrics: Metrics): Disposable {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  const lag = (read: () => number) => () => Math.max(0, read() / nanoseconds - resolutionMs / 1_000)
  const help = 'How late the event loop was; since the last scrape.'
  metrics.gauge(
    'heliograph_event_loop_lag_seconds',
    help,
    lag(() => delay.percentile(50)),
    { quantile: '0.5' },
  )
  metrics.gauge(
    'heliograph_event_loop_lag_seconds',
    help,
    lag(() => delay.percentile(99)),
    { quantile: '0.99' },
  )
  const worst = lag(() => {
    const { max } = delay
    delay.reset()
    return max
  })
  metrics.gauge('heliograph_event_loop_lag_seconds', help, worst, { quantile: '1' })
  let before = performance.eventLoopUtilization()
  metrics.gauge(
    'heliograph_event_loop_utilisation_ratio',
    'Share of time the event loop was busy; since the last scrape.',
    () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return utilization
    },
  )
  return { [Symbol.dispose]: () => delay.disable() }
}

function openFiles(): number {
  return readdirSync('/dev/fd').length
}
