import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { parseTraceContext, traceIdOf } from './trace-context.ts'
import { createTracing } from './tracing.ts'

function collecting(ratio: number) {
  const exporter = new InMemorySpanExporter()
  const processors = [new SimpleSpanProcessor({ exporter })]
  return { exporter, tracing: createTracing({ service: 'session', instance: 's-1', ratio, processors }) }
}

test('spans over two hops form one trace, the second a child of the first', async () => {
  const { exporter, tracing } = collecting(1)
  const sampled = tracing.sample()
  const first = tracing.span('edge.receive', sampled, { kind: 'message' })
  const second = tracing.span('session.route', parseTraceContext(first.context ?? ''))
  second.end('error')
  first.end()
  first.end()
  await tracing.flush()
  const [child, root] = exporter.getFinishedSpans()
  assert.equal(exporter.getFinishedSpans().length, 2)
  assert.equal(root?.spanContext().traceId, sampled && traceIdOf(sampled))
  assert.equal(root?.parentSpanContext, undefined)
  assert.equal(child?.spanContext().traceId, root?.spanContext().traceId)
  assert.equal(child?.parentSpanContext?.spanId, root?.spanContext().spanId)
  assert.deepEqual([child?.status.code, root?.status.code], [SpanStatusCode.ERROR, SpanStatusCode.UNSET])
  assert.deepEqual(root?.attributes, { kind: 'message' })
})

test('ratio 0 samples nothing, and an unsampled ingress makes no span', async () => {
  const { exporter, tracing } = collecting(0)
  assert.equal(tracing.sample(), undefined)
  const span = tracing.span('edge.receive', undefined)
  assert.equal(span.context, undefined)
  span.end()
  await tracing.flush()
  assert.equal(exporter.getFinishedSpans().length, 0)
})
