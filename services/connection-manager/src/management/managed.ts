import type { Mark } from '@heliograph/distribution'
import type { Jid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import { Fifo } from '../fifo.ts'

/** A stanza written to the client that it has not acknowledged. */
export interface Copy {
  readonly stanza: Stanza
  /** One of many copies of this stanza: this address of the client goes into `to`. */
  readonly to: Jid | undefined
  readonly id: number
  /** Of what a room or node distributes. */
  readonly mark?: Mark | undefined
  readonly bytes: number
}

/** Stream management of one stream (XEP-0198), as far as this end of it goes. */
export class Managed {
  /** SM-ID, '' when the stream can't be resumed. */
  readonly id: string
  readonly max: number
  /** Ingress count at `<enable/>`. */
  readonly base: number
  /** Outbound count that the client has acknowledged. */
  acked: number
  readonly #copies = new Fifo<Copy>()
  #bytes = 0

  /** Written since the last `<r/>`. */
  stanzasUnasked = 0
  bytesUnasked = 0
  /** When the oldest of those was written, and when the `<r/>` that awaits its answer was; 0 for none. */
  unaskedSince = 0
  askedAt = 0

  /** Ingress counts at the first and at the last `<r/>` of the client that is to be answered; -1 for none. */
  answerAt = -1
  answerLast = -1
  answerSince = 0
  /** The owner hasn't been told of `acked`. */
  untold = false

  constructor(session: { id: string; max: number; base: number; acked: number }) {
    this.id = session.id
    this.max = session.max
    this.base = session.base
    this.acked = session.acked
  }

  get copies(): Iterable<Copy> & { readonly length: number } {
    return this.#copies
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Outbound stanzas since stream management began (mod 2^32). */
  get sent(): number {
    return (this.acked + this.#copies.length) >>> 0
  }

  keep(copy: Copy, now: number): void {
    this.#copies.push(copy)
    this.#bytes += copy.bytes
    if (this.stanzasUnasked === 0) this.unaskedSince = now
    this.stanzasUnasked++
    this.bytesUnasked += copy.bytes
  }

  /** The client has handled everything up to `h`. False when that is more than it was sent (XEP-0198 §6). */
  acknowledge(h: number): boolean {
    const covered = (h - this.acked) >>> 0
    if (covered > 0x7fff_ffff) return true // an old value, overtaken by a newer one
    if (covered > this.#copies.length) return false
    for (let i = 0; i < covered; i++) this.#bytes -= this.#copies.shift()!.bytes
    if (covered > 0) this.untold = true
    this.acked = h
    this.askedAt = 0
    return true
  }

  /** `h` for the client: what is in custody of what came since `<enable/>` (mod 2^32). */
  handled(custody: number): number {
    return custody > this.base ? (custody - this.base) >>> 0 : 0
  }
}
