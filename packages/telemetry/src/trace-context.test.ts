import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTraceContext, spanIdOf, traceContext, traceIdOf } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

test('a context gives back the ids it was made of', () => {
  const context = traceContext(traceId, spanId)
  assert.equal(context, `00-${traceId}-${spanId}-01`)
  assert.deepEqual([traceIdOf(context), spanIdOf(context)], [traceId, spanId])
})

test('only sampled contexts in the exact form are read', () => {
  assert.equal(parseTraceContext(`00-${traceId}-${spanId}-01`), `00-${traceId}-${spanId}-01`)
  for (const wrong of [
    '',
    `00-${traceId}-${spanId}-00`,
    `01-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
  ]) {
    assert.equal(parseTraceContext(wrong), undefined)
  }
})
