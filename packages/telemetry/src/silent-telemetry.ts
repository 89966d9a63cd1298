import type { Logger } from './logger.ts'
import { MetricRegistry } from './metrics.ts'
import type { Telemetry } from './telemetry.ts'
import type { Tracing } from './tracing.ts'

const quiet = (): void => undefined
const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, enabled: () => false, child: () => log }
const tracer: Tracing = { sample: () => undefined, span: () => ({ context: undefined, end: quiet }) }

/** Telemetry for unit tests: logs nothing, samples nothing; its counters and histograms count, so tests can read them. */
export function silentTelemetry(): Telemetry {
  const registry = new MetricRegistry()
  const view = (service: string): Telemetry => ({
    log,
    metrics: registry.scoped({ service }),
    tracer,
    forService: (other) => view(other),
  })
  return view('test')
}
