import type { Dashboard, Graph } from './dashboards.ts'
import { jsonText } from './json-text.ts'

const SOURCE = { type: 'prometheus', uid: '$datasource' }
const WIDTH = 12
const HEIGHT = 8

/** The namespace chosen; without Kubernetes there is none, and all is shown. */
const MATCHERS = 'namespace=~"$namespace"'

/** A dashboard as Grafana reads it from a file. */
export function grafanaText({ name, title, graphs }: Dashboard): string {
  const dashboard = {
    uid: `heliograph-${name}`,
    title,
    tags: ['heliograph'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [datasource, namespace] },
    panels: graphs.map(panel),
  }
  return `${jsonText(dashboard)}\n`
}

const datasource = { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }
const namespace = {
  name: 'namespace',
  label: 'Namespace',
  type: 'query',
  datasource: SOURCE,
  query: 'label_values(process_start_time_seconds{service!=""}, namespace)',
  refresh: 2,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
}

function panel({ title, unit, lines }: Graph, at: number): unknown {
  return {
    id: at + 1,
    title,
    type: 'timeseries',
    datasource: SOURCE,
    gridPos: { x: (at % 2) * WIDTH, y: Math.floor(at / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: lines.map(([expression, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      expr: expression.replaceAll('$of', MATCHERS),
      legendFormat,
    })),
  }
}
