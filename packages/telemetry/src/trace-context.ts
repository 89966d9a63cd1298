declare const brand: unique symbol

/**
 * A sampled trace and the span that is its current parent, in the form of W3C `traceparent`
 * (`00-<32 hex>-<16 hex>-01`): one short string that rides in an envelope. That a stanza isn't sampled is said by
 * having none.
 */
export type TraceContext = string & { readonly [brand]: 'TraceContext' }

const form = /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/

/** Reads a context that came from outside; undefined when it isn't one or says "not sampled". */
export function parseTraceContext(text: string): TraceContext | undefined {
  return form.test(text) ? (text as TraceContext) : undefined
}

/** The context whose parent is the given span. An all-zero span id says that the trace has no span yet. */
export function traceContext(traceId: string, spanId: string): TraceContext {
  return `00-${traceId}-${spanId}-01` as TraceContext
}

export function traceIdOf(context: TraceContext): string {
  return context.slice(3, 35)
}

export function spanIdOf(context: TraceContext): string {
  return context.slice(36, 52)
}
