import { parser } from '@prometheus-io/lezer-promql'

/**
 * Names of the metrics in an expression of Prometheus.
 *
 * @throws when it can't be parsed
 */
export function metricsOf(expression: string): Set<string> {
  const found = new Set<string>()
  parser.parse(expression).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`can't be parsed at ${from}: ${expression}`)
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector')
        found.add(expression.slice(from, to))
    },
  })
  return found
}
