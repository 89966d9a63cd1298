import type { Envelope } from '@heliograph/bus'
import { parseTraceContext, type TraceContext } from '@heliograph/telemetry'

/** The trace that an envelope belongs to, if it is sampled. */
export function traceOf({ trace }: Envelope): TraceContext | undefined {
  return trace === '' ? undefined : parseTraceContext(trace)
}
