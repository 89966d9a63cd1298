import { Kind } from '@heliograph/bus'
import { WriteBehind } from '@heliograph/live-records'
import type { LiveState } from '@heliograph/live-state'
import type { Ownership } from '@heliograph/ownership'
import type { Logger } from '@heliograph/telemetry'
import type { Resource } from '../users/resource.ts'
import { addressed, type Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'
import { encodeDelivery, encodeRecord } from './record.ts'

export const SERVICE = 'session'

/** The recovery copy of live sessions in shared state: a record a resource, and the queue of each hibernating one. Written behind. */
export class LiveRecords implements Disposable {
  readonly #records: WriteBehind

  constructor(live: LiveState, ownership: Ownership, log: Logger) {
    this.#records = new WriteBehind({ service: SERVICE, kind: Kind.user, live, ownership, log })
  }

  /** Stores the resource as it will be at the end of this turn; `stored` runs when it is. */
  changed(user: User, resource: Resource, stored?: () => void): void {
    this.#records.put(user.partition, resource.jid, () => encodeRecord(user, resource), stored)
  }

  removed(user: User, resource: Resource): void {
    this.#records.put(user.partition, resource.jid, () => null)
    if (resource.attachment === 'hibernating' || resource.complete || resource.wasComplete)
      this.dropUnacked(user, resource)
  }

  replaceUnacked(user: User, resource: Resource): void {
    this.dropUnacked(user, resource)
    let count = resource.managed?.unacked.acked ?? 0
    for (const delivery of resource.managed?.unacked ?? []) this.#append(user, resource, delivery, ++count)
  }

  /** The newest entry of a hibernating session's queue. */
  appendUnacked(user: User, resource: Resource, delivery: Delivery): void {
    const { acked, length } = resource.managed!.unacked
    this.#append(user, resource, delivery, acked + length)
  }

  #append(user: User, resource: Resource, delivery: Delivery, count: number): void {
    const stanza = addressed(delivery, resource.jid)
    this.#records.append(user.partition, resource.jid, encodeDelivery({ ...delivery, stanza, count }))
  }

  dropUnacked(user: User, resource: Resource): void {
    this.#records.dropList(user.partition, resource.jid)
  }

  /** Changes that wait to be written. */
  get waiting(): number {
    return this.#records.waiting
  }

  /** Everything pending for a partition is stored, or will never be. */
  flushed(partition: number): Promise<void> {
    return this.#records.flushed(partition)
  }

  [Symbol.dispose](): void {
    this.#records[Symbol.dispose]()
  }
}
