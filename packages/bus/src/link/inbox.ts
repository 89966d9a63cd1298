import type { Acknowledgement, ReadFrame } from './frame.ts'

const framesPerAck = 16
const bytesPerAck = 128 * 1024
/** Largest envelope taken: far beyond any that is sent. */
const mostBytes = 64 * 1024 * 1024

/**
 * `taken`: next in order; its envelopes are to be handled. `duplicate`: had already. `gap`: one before it is missing. `stale`: of a link
 * that a newer one replaced.
 */
export type Verdict = 'taken' | 'duplicate' | 'gap' | 'stale'

/** The receiving end of a link: takes each frame once and in order, and knows when an acknowledgement is owed. */
export class Inbox implements Acknowledgement {
  link = 0
  acked = 0
  resend = false
  /** `soon`, then `overdue`: with the next frame that goes back, or at the second tick. `now`: at the end of this turn. */
  owed: 'nothing' | 'soon' | 'overdue' | 'now' = 'nothing'
  /** Something is missing. */
  gap = false
  #frames = 0
  #bytes = 0
  #parts: Buffer[] = []
  #partBytes = 0

  judge(frame: ReadFrame, size: number): Verdict {
    const { senderLink, sequence } = frame
    if (senderLink < this.link) return 'stale'
    if (senderLink > this.link) this.#begin(senderLink)
    if (sequence === this.acked + 1) {
      this.#take(size)
      return 'taken'
    }
    if (sequence <= this.acked) {
      this.owed = 'now'
      return 'duplicate'
    }
    this.#ask()
    return 'gap'
  }

  /**
   * Collects the pieces of an envelope larger than a frame.
   * @returns the whole of it with its last piece; with that also when it is too large to be taken
   */
  assemble(part: Buffer, last: boolean): Buffer | 'too-large' | undefined {
    if (last && this.#parts.length === 0) return part
    this.#partBytes += part.length
    const taken = this.#partBytes <= mostBytes
    if (taken) this.#parts.push(last ? part : Buffer.from(part))
    else this.#parts.length = 1
    if (!last) return undefined
    const whole = taken ? Buffer.concat(this.#parts) : 'too-large'
    this.#forgetParts()
    return whole
  }

  /** The acknowledgement has gone out. */
  settled(): void {
    this.owed = 'nothing'
    this.resend = false
    this.#frames = 0
    this.#bytes = 0
  }

  /** Asks again while something is missing. */
  tick(): void {
    if (this.gap) {
      this.resend = true
      this.owed = 'now'
    } else if (this.owed === 'soon') this.owed = 'overdue'
    else if (this.owed === 'overdue') this.owed = 'now'
  }

  /** Remembers that there is such a link, for `renew`. */
  decline(link: number): void {
    if (link > this.link) this.#begin(link)
  }

  /** After a break: says at once how far we are, and that all the rest is wanted. */
  renew(): void {
    if (this.link === 0) return
    this.resend = true
    this.owed = 'now'
  }

  #begin(link: number): void {
    this.link = link
    this.acked = 0
    this.gap = false
    this.#forgetParts()
    this.settled()
  }

  #forgetParts(): void {
    this.#parts = []
    this.#partBytes = 0
  }

  #take(size: number): void {
    this.acked++
    this.gap = false
    this.resend = false
    this.#frames++
    this.#bytes += size
    if (this.#frames >= framesPerAck || this.#bytes >= bytesPerAck) this.owed = 'now'
    else if (this.owed === 'nothing') this.owed = 'soon'
  }

  #ask(): void {
    if (this.gap) return
    this.gap = true
    this.resend = true
    this.owed = 'now'
  }
}
