import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LatencyHistogram } from './latency-histogram.ts'

describe('LatencyHistogram', () => {
  it('reports quantiles at most 1/32 above the true ones', () => {
    const histogram = new LatencyHistogram()
    for (let micros = 1; micros <= 100_000; micros++) histogram.record(micros)
    for (const share of [0.5, 0.9, 0.99, 1]) {
      const reported = histogram.quantile(share)
      assert.ok(reported >= share * 100_000, `${share}: ${reported}`)
      assert.ok(reported <= share * 100_000 * (1 + 1 / 32), `${share}: ${reported}`)
    }
  })

  it('is the same after a journey and adds up', () => {
    const one = new LatencyHistogram()
    for (const micros of [0, 3, 31, 32, 33, 1_000_000, 5_000_000_000]) one.record(micros)
    const two = new LatencyHistogram(one.sparse())
    assert.deepEqual(two.sparse(), one.sparse())
    two.add(one)
    assert.equal(two.total, 14)
  })

  it('is 0 when empty', () => assert.equal(new LatencyHistogram().quantile(0.5), 0))
})
