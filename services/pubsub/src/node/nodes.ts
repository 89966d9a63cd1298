import { PARTITIONS } from '@heliograph/ownership'
import type { Node } from './node.ts'

/** The nodes in this instance's memory, by partition. */
export class Nodes implements Iterable<Node> {
  readonly #partitions: Map<string, Node>[] = Array.from({ length: PARTITIONS }, () => new Map())
  readonly #make: (key: string, partition: number) => Node

  constructor(make: (key: string, partition: number) => Node) {
    this.#make = make
  }

  /** The node, cold if it was not in memory. */
  get(key: string, partition: number): Node {
    const nodes = this.#partitions[partition]!
    let node = nodes.get(key)
    if (!node) {
      node = this.#make(key, partition)
      nodes.set(key, node)
    }
    return node
  }

  /** If it is in memory. */
  find(key: string, partition: number): Node | undefined {
    return this.#partitions[partition]!.get(key)
  }

  inPartition(partition: number): Node[] {
    return [...this.#partitions[partition]!.values()]
  }

  *[Symbol.iterator](): Iterator<Node> {
    for (const nodes of this.#partitions) yield* nodes.values()
  }

  remove(node: Node): void {
    if (this.#partitions[node.partition]!.get(node.key) !== node) return
    this.#partitions[node.partition]!.delete(node.key)
    forget(node)
  }

  dropPartition(partition: number): void {
    for (const node of this.inPartition(partition)) forget(node)
    this.#partitions[partition]!.clear()
  }
}

function forget(node: Node): void {
  node.lane[Symbol.dispose]()
  node.recipients.changed()
}
