import type { Address } from '@heliograph/bus'
import type { Resource } from './resource.ts'
import type { User } from './user.ts'

/** Somebody who gets a copy of a stanza that many get. */
export interface Recipient {
  readonly user: User
  readonly resource: Resource
  /** The address it finds in `to`: the one that was sent to (RFC 6121 §8.5.2.1.2: the server must not rewrite it). */
  readonly as: Address
}

/** Copies that go to one edge in one envelope. */
export interface Batch {
  readonly edge: string
  /** The edge holds it against what it knows of each connection's own partition. */
  readonly epoch: number
  readonly as: Address
  readonly recipients: Recipient[]
}

/** Groups recipients as they share an envelope: by edge, address, and epoch (partitions that were granted together have the same). */
export class Copies {
  readonly #byEdge = new Map<string, Batch[]>()

  add(recipient: Recipient, epoch: number): void {
    const { edge } = recipient.resource
    const { as } = recipient
    let batches = this.#byEdge.get(edge)
    if (batches === undefined) {
      batches = []
      this.#byEdge.set(edge, batches)
    }
    const batch = batches.find((each) => each.epoch === epoch && each.as === as)
    if (batch === undefined) batches.push({ edge, epoch, as, recipients: [recipient] })
    else batch.recipients.push(recipient)
  }

  *[Symbol.iterator](): Iterator<Batch> {
    for (const batches of this.#byEdge.values()) yield* batches
  }
}
