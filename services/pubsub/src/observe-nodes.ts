import type { Metrics } from '@heliograph/telemetry'
import type { PubsubContext } from './context.ts'
import type { Node } from './node/node.ts'

/** What waits, and what is in memory. */
export function observeNodes(context: PubsubContext, metrics: Metrics): void {
  const sum = (of: (node: Node) => number) => () => {
    let total = 0
    for (const node of context.nodes) total += of(node)
    return total
  }
  const gauge = (name: string, help: string, read: () => number) =>
    metrics.gauge(`heliograph_pubsub_${name}`, help, read)
  const one = sum(() => 1)
  const waiting = sum(({ mailbox }) => mailbox.depth)
  gauge('nodes', 'Nodes in memory', one)
  gauge('waiting', 'Requests that wait in mailboxes of nodes', waiting)
  gauge('recipients', 'Addresses of subscribers in memory', () => context.budget.kept)
}
