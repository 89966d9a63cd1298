import { PARTITIONS } from '@heliograph/ownership'
import type { InFlight } from './in-flight.ts'

/**
 * What all connections of an edge together have in flight. Where that is too much, for the way to one partition's owner or for this
 * process, each of the connections concerned may still have one stanza in flight: who sends little hardly notices, and no stanza is
 * dropped on its way because others send much.
 */
export class Crowd {
  readonly #bounds: { readonly partitionStanzas: number; readonly edgeBytes: number }
  readonly #stanzas = new Int32Array(PARTITIONS)
  #bytes = 0

  constructor(bounds: { readonly partitionStanzas: number; readonly edgeBytes: number }) {
    this.#bounds = bounds
  }

  get bytes(): number {
    return this.#bytes
  }

  enter(partition: number, bytes: number): void {
    this.#stanzas[partition]!++
    this.#bytes += bytes
  }

  leave(partition: number, bytes: number): void {
    this.#stanzas[partition]!--
    this.#bytes -= bytes
  }

  /** The connection that had these in flight is gone. */
  disperse(partition: number, inFlight: InFlight): void {
    for (const { envelope, bytes } of inFlight) if (envelope.count > 0) this.leave(partition, bytes)
  }

  isFull(partition: number): boolean {
    return this.#stanzas[partition]! >= this.#bounds.partitionStanzas || this.#bytes >= this.#bounds.edgeBytes
  }
}
