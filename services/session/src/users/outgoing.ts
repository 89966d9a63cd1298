import { Envelope, Haste, Kind, Op } from '@heliograph/bus'
import type { Mark } from '@heliograph/distribution'
import type { Ownership, Router } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import { keyOfWaiting } from '../client-state/what-waits.ts'
import type { SessionEvents } from '../events.ts'
import type { LiveRecords } from '../recovery/live-records.ts'
import { type Batch, Copies, type Recipient } from './copies.ts'
import type { Resource } from './resource.ts'
import { addressed, type Delivery } from './unacked.ts'
import type { User } from './user.ts'

type ClientStateEvents = Pick<SessionEvents, 'keptBack' | 'woken'>

/** What happens to resources that can't be delivered to. */
export interface OutgoingTroubles {
  /** The client doesn't read or doesn't come back, and its queue is full. */
  readonly overflow: (user: User, resource: Resource) => void
  /** The queue to its edge is at its bound: something was not sent, so nothing after it may be. */
  readonly unreachable: (user: User, resource: Resource) => void
}

/**
 * Hands stanzas to resources. With stream management a copy stays here until the client acknowledges it, so the edge may die; the edge
 * keeps one of what it wrote, so this instance may.
 */
export class Outgoing {
  readonly #router: Router
  readonly #ownership: Ownership
  readonly #records: LiveRecords
  readonly #troubles: OutgoingTroubles
  readonly #events: ClientStateEvents
  readonly #bounds: { readonly stanzas: number; readonly bytes: number }

  constructor(
    parts: {
      router: Router
      ownership: Ownership
      records: LiveRecords
      events: ClientStateEvents
      bounds: { readonly stanzas: number; readonly bytes: number }
    },
    troubles: OutgoingTroubles,
  ) {
    this.#router = parts.router
    this.#ownership = parts.ownership
    this.#records = parts.records
    this.#events = parts.events
    this.#bounds = parts.bounds
    this.#troubles = troubles
  }

  deliver(user: User, resource: Resource, stanza: Stanza, id = 0, trace = ''): void {
    this.#offer(user, resource, { stanza, id }, trace)
  }

  /** Delivers what an inactive client was not told yet (XEP-0352). */
  wake(user: User, resource: Resource): void {
    const { quiet } = resource
    for (let delivery = quiet?.shift(); delivery !== undefined; delivery = quiet?.shift()) {
      if (this.#keep(user, resource, delivery)) this.#write(user, resource, delivery, '')
    }
  }

  /** One stanza to many resources of users of this instance: one envelope an edge, `to` spliced there. Who has had that of `mark` gets nothing. */
  deliverCopies(
    recipients: readonly Recipient[],
    stanza: Stanza,
    { trace = '', haste = Haste.turn as Haste, mark = undefined as Mark | undefined } = {},
  ): void {
    const copies = new Copies()
    for (const recipient of recipients) {
      const { user, resource, as } = recipient
      const delivery = { stanza, id: 0, shared: as, mark }
      if (mark !== undefined && !isBeingCompleted(resource) && !resource.admits(delivery)) continue
      if (this.#isKeptBack(user, resource, delivery)) continue
      if (!this.#keep(user, resource, delivery)) continue
      copies.add(recipient, this.#ownership.heldEpochOf(user.partition))
    }
    for (const batch of copies) this.#writeCopies(batch, stanza, { trace, haste, mark })
  }

  /** Sends everything unacknowledged again, after a resumption (XEP-0198 §5). */
  replay(user: User, resource: Resource): void {
    for (const delivery of resource.managed?.unacked ?? []) {
      if (resource.attachment !== 'connected') return
      this.#write(user, resource, delivery, '')
    }
  }

  /** Delivers what was held back while the resource could not be written to, in order. */
  releaseHeld(user: User, resource: Resource): void {
    const held = resource.held ?? []
    resource.held = undefined
    for (const delivery of held) {
      if (isBeingCompleted(resource) || resource.admits(delivery)) this.#offer(user, resource, delivery, '')
    }
  }

  /** A message of the owner to the edge of a resource. */
  tellEdge(user: User, resource: Resource, op: Op, fill: (envelope: Envelope) => void): void {
    const envelope = this.#envelope(user.partition, op)
    envelope.conn = resource.conn
    fill(envelope)
    if (!this.#router.tell(resource.edge, envelope)) this.#troubles.unreachable(user, resource)
  }

  #offer(user: User, resource: Resource, delivery: Delivery, trace: string): void {
    if (this.#isKeptBack(user, resource, delivery)) return
    if (this.#keep(user, resource, delivery)) this.#write(user, resource, delivery, trace)
  }

  #envelope(partition: number, op: Op): Envelope {
    const envelope = new Envelope(op)
    envelope.emitterKind = Kind.user
    envelope.emitterPartition = partition
    envelope.epoch = this.#ownership.heldEpochOf(partition)
    return envelope
  }

  #write(user: User, resource: Resource, delivery: Delivery, trace: string): void {
    const envelope = this.#envelope(user.partition, Op.deliver)
    envelope.conn = resource.conn
    envelope.stanza = addressed(delivery, resource.jid)
    envelope.id = delivery.id
    envelope.trace = trace
    setMark(envelope, delivery.mark)
    if (!this.#router.tell(resource.edge, envelope)) this.#troubles.unreachable(user, resource)
  }

  #writeCopies(
    { edge, epoch, as, recipients }: Batch,
    stanza: Stanza,
    { trace, haste, mark }: { readonly trace: string; readonly haste: Haste; readonly mark: Mark | undefined },
  ): void {
    // In no single partition's name: one that was replaced must not hold up the others.
    const envelope = new Envelope(Op.deliver)
    envelope.epoch = epoch
    envelope.haste = haste
    envelope.stanza = stanza
    envelope.conns = recipients.map(({ resource }) => resource.conn)
    envelope.address = as
    envelope.trace = trace
    setMark(envelope, mark)
    if (this.#router.tell(edge, envelope)) return
    for (const { user, resource } of recipients) this.#troubles.unreachable(user, resource)
  }

  #isKeptBack(user: User, resource: Resource, delivery: Delivery): boolean {
    if (resource.quiet === undefined) return false
    // Whether it has had that isn't known yet.
    if (delivery.mark !== undefined && isBeingCompleted(resource)) return false
    return this.#waits(user, resource, delivery)
  }

  /** Keeps from an inactive client what can wait; before all else it is told what it was kept from. */
  #waits(user: User, resource: Resource, delivery: Delivery): boolean {
    const key = keyOfWaiting(delivery.stanza, { account: user.jid, client: resource.jid })
    if (key === undefined) {
      this.#events.woken('urgent')
      this.wake(user, resource)
      return false
    }
    let kept = resource.quiet!.hold(key, delivery)
    if (kept === 'full') {
      this.#events.woken('full')
      this.wake(user, resource)
      kept = resource.quiet?.hold(key, delivery) ?? 'full'
    }
    if (kept !== 'full') this.#events.keptBack(kept)
    return kept !== 'full'
  }

  /** Queues the copy that outlives the connection. True when the stanza is to be written to the edge now. */
  #keep(user: User, resource: Resource, delivery: Delivery): boolean {
    if (isBeingCompleted(resource)) {
      if (resource.held === undefined) {
        resource.held = []
        resource.heldBytes = 0
      }
      resource.held.push(delivery)
      resource.heldBytes += delivery.stanza.payload.length
      const { stanzas, bytes } = this.#bounds
      if (resource.held.length > stanzas || resource.heldBytes > bytes) this.#troubles.overflow(user, resource)
      return false
    }
    if (delivery.id > resource.lastId) resource.lastId = delivery.id
    const managed = resource.managed
    if (!managed) return true
    managed.unacked.push(delivery)
    if (managed.unacked.length > this.#bounds.stanzas || managed.unacked.bytes > this.#bounds.bytes) {
      this.#troubles.overflow(user, resource)
      return false
    }
    if (resource.attachment === 'connected') return true
    this.#records.appendUnacked(user, resource, delivery)
    return false
  }
}

/** This owner is new and doesn't know yet what it has had. */
function isBeingCompleted({ attachment }: Resource): boolean {
  return attachment === 'recovering' || attachment === 'catching-up'
}

function setMark(envelope: Envelope, mark: Mark | undefined): void {
  if (mark === undefined) return
  envelope.stream = mark.source
  envelope.count = mark.sequence
}
