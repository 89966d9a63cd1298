import { Envelope, Kind, Op } from '@heliograph/bus'
import type { Ownership, Router } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { LiveRecords } from '../recovery/live-records.ts'
import type { Resource } from './resource.ts'
import type { Delivery } from './unacked.ts'
import type { User } from './user.ts'

/**
 * Hands stanzas to resources. With stream management a copy stays here until the client acknowledges it, so the edge may die; the edge
 * keeps one of what it wrote, so this instance may.
 */
export class Outgoing {
  readonly #router: Router
  readonly #ownership: Ownership
  readonly #records: LiveRecords
  readonly #overflow: (user: User, resource: Resource) => void
  readonly #bounds: { readonly stanzas: number; readonly bytes: number }

  constructor(parts: {
    router: Router
    ownership: Ownership
    records: LiveRecords
    bounds: { readonly stanzas: number; readonly bytes: number }
    /** The client doesn't read or doesn't come back, and its queue is full. */
    overflow: (user: User, resource: Resource) => void
  }) {
    this.#router = parts.router
    this.#ownership = parts.ownership
    this.#records = parts.records
    this.#overflow = parts.overflow
    this.#bounds = parts.bounds
  }

  deliver(user: User, resource: Resource, stanza: Stanza, id = 0, trace = ''): void {
    if (!this.#keep(user, resource, { stanza, id })) return
    const envelope = this.#envelope(user, Op.deliver)
    envelope.conn = resource.conn
    envelope.stanza = stanza
    envelope.id = id
    envelope.trace = trace
    this.#router.tell(resource.edge, envelope)
  }

  /** One stanza to many resources of users of this instance: one envelope an edge and partition, `to` spliced there. */
  deliverCopies(recipients: readonly Recipient[], stanza: Stanza, trace = ''): void {
    const batches = new Map<string, { envelope: Envelope; edge: string; conns: number[] }>()
    for (const { user, resource } of recipients) {
      if (!this.#keep(user, resource, { stanza: stanza.with({ to: resource.jid }), id: 0 })) continue
      const key = `${resource.edge} ${user.partition}`
      let batch = batches.get(key)
      if (batch === undefined) {
        const envelope = this.#envelope(user, Op.deliver)
        envelope.stanza = stanza
        envelope.trace = trace
        batch = { envelope, edge: resource.edge, conns: [] }
        envelope.conns = batch.conns
        batches.set(key, batch)
      }
      batch.conns.push(resource.conn)
    }
    for (const batch of batches.values()) this.#router.tell(batch.edge, batch.envelope)
  }

  /** Sends everything unacknowledged again, after a resumption (XEP-0198 §5). */
  replay(user: User, resource: Resource): void {
    if (!resource.managed) return
    for (const { stanza, id } of resource.managed.unacked) this.#write(user, resource, stanza, id)
  }

  /** Delivers what was held back while the resource could not be written to, in order. */
  releaseHeld(user: User, resource: Resource): void {
    const held = resource.held
    resource.held = undefined
    for (const { stanza, id } of held ?? []) {
      if (id === 0 || id > resource.lastId) this.deliver(user, resource, stanza, id)
    }
  }

  /** A message of the owner to the edge of a resource. */
  tellEdge(user: User, resource: Resource, op: Op, fill: (envelope: Envelope) => void): void {
    const envelope = this.#envelope(user, op)
    envelope.conn = resource.conn
    fill(envelope)
    this.#router.tell(resource.edge, envelope)
  }

  #envelope(user: User, op: Op): Envelope {
    const envelope = new Envelope(op)
    envelope.emitterKind = Kind.user
    envelope.emitterPartition = user.partition
    envelope.epoch = this.#ownership.epochOf(user.partition)
    return envelope
  }

  #write(user: User, resource: Resource, stanza: Stanza, id: number): void {
    const envelope = this.#envelope(user, Op.deliver)
    envelope.conn = resource.conn
    envelope.stanza = stanza
    envelope.id = id
    this.#router.tell(resource.edge, envelope)
  }

  /** Queues the copy that outlives the connection. True when the stanza is to be written to the edge now. */
  #keep(user: User, resource: Resource, delivery: Delivery): boolean {
    if (resource.attachment === 'recovering' || resource.attachment === 'catching-up') {
      resource.held ??= []
      resource.held.push(delivery)
      if (resource.held.length > this.#bounds.stanzas) this.#overflow(user, resource)
      return false
    }
    if (delivery.id > 0) resource.lastId = delivery.id
    const managed = resource.managed
    if (!managed) return true
    managed.unacked.push(delivery)
    if (managed.unacked.length > this.#bounds.stanzas || managed.unacked.bytes > this.#bounds.bytes) {
      this.#overflow(user, resource)
      return false
    }
    if (resource.attachment === 'connected') return true
    this.#records.appendUnacked(user, resource, delivery)
    return false
  }
}

export interface Recipient {
  readonly user: User
  readonly resource: Resource
}
