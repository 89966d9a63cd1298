import { type Attributes, ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, RandomIdGenerator, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { spanIdOf, type TraceContext, traceContext, traceIdOf } from './trace-context.ts'

export type SpanStatus = 'ok' | 'error'

/** A span under way. */
export interface Span {
  /** Rides with what the span sends on, so that the next hop's span becomes its child. */
  readonly context: TraceContext | undefined
  /** Ends the span; later calls do nothing. */
  end(status?: SpanStatus): void
}

/** One span a hop, not a recipient. */
export interface Tracing {
  /** Decides for one ingress whether it is traced. Undefined (most of the time) costs one random number. */
  sample(): TraceContext | undefined
  /** Starts a span below `context`; without a context it does nothing and costs nothing. */
  span(name: string, context: TraceContext | undefined, attributes?: Attributes): Span
}

/** `Tracing` with the SDK behind it, which whoever made it must shut down. */
export interface TracingProvider extends Tracing {
  flush(): Promise<void>
  shutdown(): Promise<void>
}

export interface TracingOptions {
  readonly service: string
  readonly instance: string
  /** Share of ingresses traced, 0 to 1. */
  readonly ratio: number
  readonly processors: SpanProcessor[]
}

const noParent = '0'.repeat(16)
const idle: Span = Object.freeze({ context: undefined, end: () => undefined })

/** Traces without any global registration: two in one process don't see each other. */
export function createTracing({ service, instance, ratio, processors }: TracingOptions): TracingProvider {
  const ids = new RandomIdGenerator()
  // A root span takes the trace id that `sample` drew; startSpan asks for it synchronously.
  let rootTraceId = ''
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => rootTraceId, generateSpanId: () => ids.generateSpanId() },
    resource: resourceFromAttributes({ 'service.name': `heliograph-${service}`, 'service.instance.id': instance }),
    spanProcessors: processors,
  })
  const tracer = provider.getTracer('heliograph')

  function span(name: string, context: TraceContext | undefined, attributes: Attributes = {}): Span {
    if (context === undefined) return idle
    const traceId = traceIdOf(context)
    const parent = spanIdOf(context)
    rootTraceId = traceId
    const within =
      parent === noParent
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: parent,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: true,
          })
    const started = tracer.startSpan(name, { attributes }, within)
    return {
      context: traceContext(traceId, started.spanContext().spanId),
      end(status) {
        if (!started.isRecording()) return
        if (status === 'error') started.setStatus({ code: SpanStatusCode.ERROR })
        started.end()
      },
    }
  }

  return {
    sample: () => (ratio > 0 && Math.random() < ratio ? traceContext(ids.generateTraceId(), noParent) : undefined),
    span,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
  }
}
