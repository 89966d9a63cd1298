import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { type DestinationStream, pino } from 'pino'
import { createGatedLogger, type LogGate, type Logger, type LogLevel } from './logger.ts'
import { RegistryProducer } from './metric-producer.ts'
import { MetricRegistry, type Metrics } from './metrics.ts'
import { type MetricsServer, renderMetrics, startMetricsServer } from './metrics-server.ts'
import { terminalLine } from './terminal-line.ts'
import { createTracing, type Tracing } from './tracing.ts'

/** What a part of the server reports through. */
export interface Telemetry {
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracer: Tracing
  /** The same, for a service that shares this process: its lines and series carry its own name. */
  forService(service: string, instance?: string): Telemetry
}

/** The telemetry of a process, owned by whoever created it. */
export interface ProcessTelemetry extends Telemetry, AsyncDisposable {
  /** Where `/metrics` is served, `host:port`; undefined when it isn't. */
  readonly metricsAddress: string | undefined
  /** What a scrape would answer now. */
  renderMetrics(): Promise<string>
  /** From now on lines below this level are not written, whoever's they are. */
  setLogLevel(level: LogLevel): void
  /** Sends the spans that are waiting. */
  flush(): Promise<void>
}

export interface TelemetryOptions {
  readonly service: string
  readonly instance: string
  readonly logLevel?: LogLevel
  /** Share of ingresses traced, 0 to 1. Default 0. */
  readonly traceRatio?: number
  /** OTLP/HTTP base address, such as `http://collector:4318`; `/v1/traces` is added. */
  readonly otlpEndpoint?: string | undefined
  /** Port of `/metrics`; 0 picks a free one; undefined serves none. */
  readonly metricsPort?: number | undefined
  /** Default all addresses. */
  readonly metricsHost?: string
  /**
   * Where log lines go. Default standard output: as JSON, written asynchronously, at most 8 MiB waiting (then lines are
   * dropped); on a terminal as text.
   */
  readonly logDestination?: DestinationStream
  /** For tests: receives every span as it ends, beside OTLP. */
  readonly spanExporter?: SpanExporter
}

const MOST_LOGGED = 8 << 20
/** A collector that doesn't answer must not hold up the end of the process. */
const exportMs = 2_000

/**
 * Starts logs, metrics and traces of this process. Nothing global is registered.
 *
 * @throws the listen error of the metrics port.
 */
export async function createTelemetry(options: TelemetryOptions): Promise<ProcessTelemetry> {
  const { service, instance, logLevel = 'info', traceRatio = 0, metricsPort, metricsHost = '0.0.0.0' } = options
  const output = options.logDestination === undefined ? standardOutput() : undefined
  const destination = options.logDestination ?? (output as DestinationStream)
  const gate: LogGate = { level: logLevel }
  const root = createGatedLogger({ gate, fields: {}, destination })
  const registry = new MetricRegistry()
  let dropped = 0
  output?.on?.('drop', () => dropped++)
  const producer = new RegistryProducer(registry, {
    'service.name': `heliograph-${service}`,
    'service.instance.id': instance,
  })
  const metrics = registry.scoped({ service })
  metrics.total('heliograph_log_lines_dropped_total', 'Log lines dropped because standard output lags', () => dropped)
  const tracing = createTracing({ service, instance, ratio: traceRatio, processors: spanProcessors(options) })
  const server: MetricsServer | undefined =
    metricsPort === undefined ? undefined : await startMetricsServer(producer, metricsHost, metricsPort)

  const view = (name: string, id: string): Telemetry => ({
    log: root.child({ service: name, instance: id }),
    metrics: registry.scoped({ service: name }),
    tracer: tracing,
    forService: (other, otherInstance = id) => view(other, otherInstance),
  })
  return {
    ...view(service, instance),
    metricsAddress: server?.address,
    renderMetrics: () => renderMetrics(producer),
    setLogLevel: (level) => {
      gate.level = level
    },
    flush: () => tracing.flush(),
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]()
      await tracing.shutdown()
      output?.flushSync?.()
    },
  }
}

/** Tells of each line that was dropped because too much waited. */
type Output = DestinationStream & { flushSync?(): void; on?(event: 'drop', listener: () => void): unknown }

/** Log lines to a file descriptor, written asynchronously; past `maxLength` bytes that wait they are dropped. */
export function boundedOutput(dest: number | string, maxLength: number): Output {
  return pino.destination({ dest, sync: false, maxLength })
}

function standardOutput(): Output {
  if (!process.stdout.isTTY) return boundedOutput(1, MOST_LOGGED)
  return { write: (line) => void process.stdout.write(`${terminalLine(JSON.parse(line))}\n`) }
}

function spanProcessors({ otlpEndpoint, spanExporter }: TelemetryOptions): SpanProcessor[] {
  const processors: SpanProcessor[] = []
  if (spanExporter !== undefined) processors.push(new SimpleSpanProcessor({ exporter: spanExporter }))
  if (otlpEndpoint !== undefined) {
    const exporter = new OTLPTraceExporter({
      url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`,
      timeoutMillis: exportMs,
    })
    processors.push(new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportMs }))
  }
  return processors
}
