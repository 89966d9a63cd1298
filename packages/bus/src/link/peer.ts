import { type Envelope, Haste, type InstanceId } from '../envelope.ts'
import type { Paced } from './cadence.ts'
import { acknowledgeIn, type ReadFrame } from './frame.ts'
import { Inbox, type Verdict } from './inbox.ts'
import { Outbox, type OutboxOptions } from './outbox.ts'

/** About eight messages: the price of a frame is shared out. */
const enoughBytes = 4096

export interface PeerOptions extends OutboxOptions {
  readonly peer: InstanceId
}

/**
 * Both directions between this instance and one other. It knows no bus and no clock: frames come in by `take`, go out by
 * `transmit`, and the time in milliseconds is handed in.
 */
export class Peer implements Paced {
  readonly id: InstanceId
  readonly #outbox: Outbox
  readonly #inbox = new Inbox()
  readonly #transmit: (frame: Buffer, again: boolean) => void
  /** Waits in the list of those to be flushed at the end of this turn. */
  dirty = false
  leftAt = Number.NEGATIVE_INFINITY
  dueAt = Number.POSITIVE_INFINITY
  /** When `onNoResponders` was last called for it. */
  noticedAt = Number.NEGATIVE_INFINITY

  constructor(options: PeerOptions) {
    this.id = options.peer
    this.#transmit = (frame, again) => {
      acknowledgeIn(frame, this.#inbox)
      this.#inbox.settled()
      options.transmit(frame, again)
    }
    this.#outbox = new Outbox({ ...options, transmit: this.#transmit })
  }

  get backlog(): number {
    return this.#outbox.backlog
  }

  get mark(): number {
    return this.#outbox.mark
  }

  hasPassed(mark: number): boolean {
    return this.#outbox.hasPassed(mark)
  }

  absentFor(now: number): number {
    return this.#outbox.absentFor(now)
  }

  /** Something waits for the clock. */
  get active(): boolean {
    return this.#outbox.backlog > 0 || this.#inbox.owed !== 'nothing' || this.#inbox.gap
  }

  /** An acknowledgement must go out in this turn. */
  get urgent(): boolean {
    return this.#inbox.owed === 'now'
  }

  /** Nothing is gained by waiting: a whole frame is ready, or enough for something that is in haste. */
  isWorthAFrame(haste: Haste): boolean {
    return this.#outbox.hasSealed || (haste === Haste.turn && this.#outbox.batched >= enoughBytes)
  }

  enqueue(envelope: Envelope): boolean {
    return this.#outbox.enqueue(envelope)
  }

  /** Judges a frame of the peer's. If `taken`, what it carries is to be handled now. */
  take(frame: ReadFrame, size: number, now: number): Verdict | 'acknowledgement' {
    if (frame.link === this.#outbox.link) {
      this.#outbox.acknowledge(frame.acked, now)
      if (frame.resend) this.#outbox.repeat(now)
    }
    this.#outbox.present(now)
    return frame.sequence === 0 ? 'acknowledgement' : this.#inbox.judge(frame, size)
  }

  /** Takes note of the acknowledgement in a frame, but not of what it carries: the sender will repeat that. */
  decline(frame: ReadFrame, now: number): void {
    if (frame.link === this.#outbox.link) this.#outbox.acknowledge(frame.acked, now)
    this.#outbox.present(now)
    if (frame.sequence !== 0) this.#inbox.decline(frame.senderLink)
  }

  /** Asks for what was declined. */
  renew(): void {
    this.#inbox.renew()
  }

  assemble(part: Buffer, last: boolean): Buffer | 'too-large' | undefined {
    return this.#inbox.assemble(part, last)
  }

  flush(now: number): void {
    this.#outbox.flush(now)
    if (this.urgent) this.#transmit(this.#outbox.bare(), false)
  }

  tick(now: number): void {
    this.#outbox.tick(now)
    this.#inbox.tick()
    // The acknowledgement takes along what waits for a ride.
    if (this.urgent) this.flush(now)
  }

  nobody(now: number): void {
    this.#outbox.nobody(now)
  }

  suspend(): void {
    this.#outbox.suspend()
  }

  /** The bus is back: repeats what isn't acknowledged and says how far it has come itself. */
  resume(now: number): void {
    this.#inbox.renew()
    this.#outbox.resume(now)
    this.flush(now)
  }
}
