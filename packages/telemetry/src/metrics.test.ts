import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RegistryProducer } from './metric-producer.ts'
import { MetricRegistry } from './metrics.ts'
import { renderMetrics } from './metrics-server.ts'

test('a scrape shows every kind in the form Prometheus reads', async () => {
  const registry = new MetricRegistry()
  const metrics = registry.scoped({ service: 'muc' })
  metrics.counter('heliograph_frames_total', 'Frames sent.', { link: 'out' }).add(3)
  metrics.counter('heliograph_frames_total', 'Frames sent.', { link: 'in' }).add()
  metrics.gauge('heliograph_rooms', 'Rooms loaded.', () => 2)
  metrics.gauge('heliograph_rooms', 'Rooms loaded.', () => 5)
  metrics.histogram('heliograph_commit_seconds', 'Commit.', [0.1, 1]).record(0.5)
  metrics.total('process_cpu_seconds_total', 'CPU.', () => 1.5)
  const text = await renderMetrics(new RegistryProducer(registry, { 'service.name': 'heliograph-muc' }))
  for (const line of [
    '# TYPE heliograph_frames_total counter',
    'heliograph_frames_total{service="muc",link="out"} 3',
    'heliograph_frames_total{service="muc",link="in"} 1',
    'heliograph_rooms{service="muc"} 7',
    '# TYPE process_cpu_seconds_total counter',
    'process_cpu_seconds_total{service="muc"} 1.5',
    'heliograph_commit_seconds_bucket{service="muc",le="0.1"} 0',
    'heliograph_commit_seconds_bucket{service="muc",le="1"} 1',
    'heliograph_commit_seconds_bucket{service="muc",le="+Inf"} 1',
    'heliograph_commit_seconds_sum{service="muc"} 0.5',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\nin\n${text}`)
  }
})

test('the same name and labels give the same counter; another service its own', () => {
  const registry = new MetricRegistry()
  const muc = registry.scoped({ service: 'muc' })
  muc.counter('a_total', 'A.', { x: '1', y: '2' }).add(2)
  assert.equal(muc.counter('a_total', 'A.', { y: '2', x: '1' }).value, 2)
  assert.equal(registry.scoped({ service: 'session' }).counter('a_total', 'A.', { x: '1', y: '2' }).value, 0)
})

test('a name has one kind and a legal form', () => {
  const metrics = new MetricRegistry().scoped({})
  metrics.counter('a_total', 'A.')
  assert.throws(() => metrics.gauge('a_total', 'A.', () => 1), /is a counter/)
  assert.throws(() => metrics.counter('a-total', 'A.'), /isn't a metric name/)
})

test('a gauge that throws leaves out its series only', async () => {
  const registry = new MetricRegistry()
  const metrics = registry.scoped({})
  metrics.gauge('broken', 'B.', () => assert.fail())
  metrics.gauge('sound', 'S.', () => 1)
  const text = await renderMetrics(new RegistryProducer(registry, {}))
  assert.match(text, /^sound 1$/m)
  assert.doesNotMatch(text, /^broken /m)
})
