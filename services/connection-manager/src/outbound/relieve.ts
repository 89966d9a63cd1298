import type { Edge } from '../edge.ts'

/**
 * What waits to be written to all clients together is bounded, too: past the bound the connections with the longest queues are closed
 * (their sessions may be resumed) until half of it is left. To be called about once a second.
 */
export function relieveWriting(edge: Edge): void {
  let total = 0
  for (const { transport } of edge.connections) total += transport.backlog
  if (total <= edge.config.sendQueuesBytes) return
  const longest = [...edge.connections].sort((a, b) => b.transport.backlog - a.transport.backlog)
  for (const connection of longest) {
    if (total * 2 <= edge.config.sendQueuesBytes) return
    total -= connection.transport.backlog
    connection.dropSlowReader()
  }
}
