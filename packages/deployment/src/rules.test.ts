import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dashboards } from './dashboards.ts'
import { knownMetrics, rules } from './known-metrics.ts'
import { metricsOf } from './promql.ts'
import { ROOT } from './root.ts'
import { valuesFile } from './values-file.ts'

const known = knownMetrics()

function check(expression: string): void {
  const metrics = metricsOf(expression)
  assert.ok(metrics.size > 0, expression)
  for (const metric of metrics) assert.ok(known.has(metric), `${metric} in ${expression}`)
}

test('every rule can be parsed and names metrics that exist', () => {
  assert.ok(known.size > 100)
  for (const { expr } of rules()) check(expr)
})

test('an expression that is wrong, or names what nobody measures, is found', () => {
  assert.throws(() => check('sum(heliograph_partitions_held'))
  assert.throws(() => check('sum(heliograph_partitions)'))
})

test('every graph of the dashboards can be parsed and names metrics that exist', () => {
  const lines = dashboards.flatMap(({ graphs }) => graphs.flatMap((graph) => graph.lines))
  for (const [expression] of lines) check(expression.replaceAll('$of', 'a="b"').replaceAll('$__rate_interval', '5m'))
})

test('services are scaled by metrics that exist', () => {
  for (const service of Object.values(valuesFile().values)) {
    const { metrics = [] } =
      (service as { autoscaling?: { metrics?: { name: string; query: string }[] } }).autoscaling ?? {}
    for (const { name, query } of metrics) {
      assert.ok(known.has(name), name)
      check(query.replaceAll('$pods', 'a="b"'))
    }
  }
})

test('each alert has a severity, a summary and its section in the runbooks, which has no others', () => {
  const page = readFileSync(`${ROOT}docs/runbooks.md`, 'utf8')
  const sections = [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name).sort()
  const alerts = rules().filter(({ alert }) => alert !== undefined)
  assert.deepEqual(sections, alerts.map(({ alert }) => alert).sort())
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels?.severity ?? '', /^(critical|warning)$/, alert)
    assert.ok(annotations?.summary, alert)
  }
})
