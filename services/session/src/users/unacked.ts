import { Address } from '@heliograph/bus'
import type { Mark } from '@heliograph/distribution'
import { bareOf, type FullJid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import { isCarbon } from '../carbons/carbon.ts'

/** A stanza on its way to a resource. */
export interface Delivery {
  readonly stanza: Stanza
  /** Id in the user's archive, 0 when it isn't there. */
  readonly id: number
  /** One stanza for many resources: each has this one of its addresses put in when it is written. */
  readonly shared?: Address | undefined
  /** What a room or node distributes: by this it is known when it comes again. */
  readonly mark?: Mark | undefined
}

/** The stanza as this resource gets it. */
export function addressed({ stanza, shared }: Delivery, to: FullJid): Stanza {
  if (shared === undefined) return stanza
  return stanza.with({ to: shared === Address.bare ? bareOf(to) : to })
}

/** Stanzas sent to a resource since `<enable/>` that its client has not acknowledged, oldest first (XEP-0198 §4). */
export class Unacked {
  /** Outbound count that the client has acknowledged. */
  acked: number
  #items: Delivery[] = []
  #bytes = 0

  constructor(acked = 0) {
    this.acked = acked
  }

  get length(): number {
    return this.#items.length
  }

  get bytes(): number {
    return this.#bytes
  }

  push(delivery: Delivery): void {
    this.#items.push(delivery)
    this.#bytes += delivery.stanza.payload.length
  }

  /** Forgets what `h` covers. False when the client claims more than it was sent (XEP-0198 §4). */
  acknowledge(h: number): boolean {
    // h wraps at 2^32 (XEP-0198 §4).
    const covered = (h - this.acked) >>> 0
    if (covered > this.#items.length) return covered > 0x7fffffff
    for (let i = 0; i < covered; i++) this.#bytes -= this.#items[i]!.stanza.payload.length
    this.#items.splice(0, covered)
    this.acked = h
    return true
  }

  /** Archive ids, `highest` at most, of what an acknowledgement up to `h` covers; those of copies (XEP-0280) are of other deliveries. */
  idsUpTo(h: number, highest: number): number[] {
    const covered = (h - this.acked) >>> 0
    if (covered > this.#items.length) return []
    const ids: number[] = []
    for (let i = 0; i < covered; i++) {
      const { id, stanza } = this.#items[i]!
      if (id > 0 && id <= highest && !isCarbon(stanza)) ids.push(id)
    }
    return ids
  }

  *[Symbol.iterator](): Iterator<Delivery> {
    yield* this.#items
  }

  /** Takes everything out, as when the session ends. */
  drain(): Delivery[] {
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    return items
  }
}
