import { parseTraceContext } from './trace-context.ts'
import type { Span, Tracing } from './tracing.ts'

/** A span of one hop, for a trace that rides in an envelope. */
export interface Hop {
  /** What rides on, '' when nothing is traced. */
  readonly trace: string
  end(): void
}

const NOT_TRACED: Hop = Object.freeze({ trace: '', end: () => undefined })

/** Starts the span of this hop below the trace that came with an envelope; '' costs nothing. */
export function hop(tracing: Tracing, name: string, trace: string): Hop {
  if (trace === '') return NOT_TRACED
  const context = parseTraceContext(trace)
  if (context === undefined) return NOT_TRACED
  const span: Span = tracing.span(name, context)
  return { trace: span.context ?? '', end: () => span.end('ok') }
}
