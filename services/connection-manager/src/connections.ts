import { PARTITIONS } from '@heliograph/ownership'
import type { Connection } from './connection.ts'

/** The connections of this instance, by number and by the partition of the user they belong to. */
export class Connections {
  readonly #byNumber = new Map<number, Connection>()
  readonly #byPartition: (Set<Connection> | undefined)[] = new Array<undefined>(PARTITIONS).fill(undefined)
  #last = 0

  /** Numbers are never used twice by an instance. */
  nextNumber(): number {
    this.#last++
    return this.#last
  }

  add(connection: Connection): void {
    this.#byNumber.set(connection.number, connection)
  }

  get(number: number): Connection | undefined {
    return this.#byNumber.get(number)
  }

  /** From here on the owner of `partition` knows the connection. */
  place(connection: Connection, partition: number): void {
    this.#byPartition[partition] ??= new Set()
    this.#byPartition[partition].add(connection)
    connection.partition = partition
  }

  /** No owner is to be told of the connection any more. */
  displace(connection: Connection): void {
    const { partition } = connection
    if (partition < 0) return
    connection.partition = -1
    const placed = this.#byPartition[partition]
    placed?.delete(connection)
    if (placed?.size === 0) this.#byPartition[partition] = undefined
  }

  inPartition(partition: number): Iterable<Connection> {
    return this.#byPartition[partition] ?? []
  }

  delete(connection: Connection): void {
    this.#byNumber.delete(connection.number)
    this.displace(connection)
  }

  get size(): number {
    return this.#byNumber.size
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#byNumber.values()
  }
}
