import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import { boundedOutput, createTelemetry } from './telemetry.ts'

test('a process serves the metrics of all its services on the port it reports', async () => {
  const lines: string[] = []
  await using telemetry = await createTelemetry({
    service: 'standalone',
    instance: 'a1',
    metricsPort: 0,
    metricsHost: '127.0.0.1',
    logDestination: { write: (line) => lines.push(line) },
  })
  telemetry.metrics.counter('heliograph_test_total', 'T.').add()
  const muc = telemetry.forService('muc')
  muc.metrics.counter('heliograph_test_total', 'T.').add(2)
  muc.log.info('hello')
  const answer = await fetch(`http://${telemetry.metricsAddress}/metrics`)
  const text = await answer.text()
  assert.match(text, /heliograph_test_total\{service="standalone"\} 1/)
  assert.match(text, /heliograph_test_total\{service="muc"\} 2/)
  assert.equal((await fetch(`http://${telemetry.metricsAddress}/`)).status, 404)
  assert.match(lines.join(''), /"service":"muc","instance":"a1","event":"hello"/)
})

test('spans reach the exporter that was given', async () => {
  const spanExporter = new InMemorySpanExporter()
  await using telemetry = await createTelemetry({
    service: 'muc',
    instance: 'm1',
    traceRatio: 1,
    spanExporter,
    logDestination: { write: () => undefined },
  })
  telemetry.tracer.span('muc.order', telemetry.tracer.sample()).end()
  await telemetry.flush()
  assert.deepEqual(
    spanExporter.getFinishedSpans().map((span) => span.name),
    ['muc.order'],
  )
})

test('log lines beyond the bound are dropped, and counted', () => {
  const output = boundedOutput('/dev/null', 100)
  let dropped = 0
  output.on?.('drop', () => dropped++)
  for (let i = 0; i < 10; i++) output.write('x'.repeat(60))
  assert.equal(dropped, 9)
})
