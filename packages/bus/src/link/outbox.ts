import type { Envelope } from '../envelope.ts'
import { encodeEnvelope } from '../envelope-encoder.ts'
import { WireWriter } from '../wire-writer.ts'
import { FrameHead, frameField } from './frame.ts'
import { Pace } from './pace.ts'

export interface OutboxOptions {
  /** The sending instance. */
  readonly self: string
  /** Incarnation of this link: greater than that of any before it between these two. */
  readonly link: number
  /** Bytes in flight at most. */
  readonly windowBytes: number
  /** Bytes queued and in flight at which `enqueue` refuses. */
  readonly queueBytes: number
  /** Bytes of envelopes in a frame at most. */
  readonly frameBytes: number
  /** Least time without an acknowledgement after which frames are sent again. */
  readonly resendMs: number
  /** Publishes a frame, `again` if it was before. Its bytes stay as they are until the next turn of the event loop. */
  readonly transmit: (frame: Buffer, again: boolean) => void
}

interface Sealed {
  readonly bytes: Buffer
  sentAt: number
  again: boolean
}

/**
 * The sending end of a link: batches envelopes into numbered frames and keeps each until it is acknowledged.
 *
 * Go-back-N: when the peer misses a frame everything from there is sent again. When the peer is silent or absent only the first
 * unacknowledged frame is repeated, at a growing pace, until it answers.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #head: FrameHead
  readonly #batch = new WireWriter()
  readonly #pace: Pace
  #frames: Sealed[] = []
  /** In `#frames`: the first unacknowledged, and the first not in flight. */
  #base = 0
  #next = 0
  /** Sequence number of `#frames[#base]`. */
  #sequence = 1
  #flying = 0
  #sealedBytes = 0
  /** The batch was to be sent in an earlier turn. */
  #waiting = false
  #state: 'open' | 'probing' | 'suspended' = 'open'
  #wentBackAt = Number.NEGATIVE_INFINITY

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#head = new FrameHead(options.self, options.link)
    this.#pace = new Pace(options.resendMs)
  }

  get link(): number {
    return this.#options.link
  }

  /** Bytes not acknowledged, sent or not. */
  get backlog(): number {
    return this.#sealedBytes + this.#batch.position
  }

  /** Bytes that aren't in a frame yet. */
  get batched(): number {
    return this.#batch.position
  }

  /** A whole frame waits to be sent. */
  get hasSealed(): boolean {
    return this.#next < this.#frames.length
  }

  /** Number of the last frame that will carry what is queued now. */
  get mark(): number {
    return this.#sequence + this.#frames.length - this.#base - (this.#batch.position > 0 ? 0 : 1)
  }

  /** True when the peer has taken all frames up to `mark`. */
  hasPassed(mark: number): boolean {
    return this.#sequence > mark
  }

  /** How long the bus has been saying that nobody listens as the peer. */
  absentFor(now: number): number {
    return this.#state === 'probing' ? now - this.#pace.absentSince : 0
  }

  /**
   * False at the bound: the envelope wasn't taken.
   * @throws RangeError for a number that can't be sent
   */
  enqueue(envelope: Envelope): boolean {
    if (this.backlog >= this.#options.queueBytes) return false
    const start = this.#batch.position
    try {
      encodeEnvelope(this.#batch, frameField.envelopes, envelope)
    } catch (error) {
      this.#batch.position = start
      throw error
    }
    if (this.#batch.position > this.#options.frameBytes) this.#overflow(start)
    return true
  }

  /** Sends what the window has room for. The rest of this turn's batch is sent as soon as it can be, and grows until then. */
  flush(now: number): void {
    this.#waiting = this.#batch.position > 0
    if (this.#state === 'open') this.#fill(now)
  }

  /** The peer has taken all frames up to `acked`. */
  acknowledge(acked: number, now: number): void {
    const taken = acked - this.#sequence + 1
    if (taken <= 0 || taken > this.#next - this.#base) return
    this.#drop(taken, now)
    if (this.#state === 'probing') this.#goBack(now)
    else if (this.#state === 'open') {
      this.#pace.restart(now)
      this.#fill(now)
    }
  }

  /** The peer has shown that it is there. */
  present(now: number): void {
    if (this.#state === 'probing' && this.#pace.isAbsent) this.#goBack(now)
  }

  /** The peer asks for everything after what it has acknowledged. */
  repeat(now: number): void {
    if (this.#state === 'suspended' || now - this.#wentBackAt < this.#pace.roundTrip) return
    this.#goBack(now)
  }

  /** Nobody listens as the peer: what is in flight is lost. */
  nobody(now: number): void {
    if (this.#state === 'suspended' || this.#next === this.#base || this.#pace.isAbsent) return
    this.#state = 'probing'
    this.#pace.beginAbsent(now)
  }

  /** Sends again what has waited too long for its acknowledgement. To be called every few milliseconds while there is a backlog. */
  tick(now: number): void {
    if (this.#state === 'suspended' || this.#next === this.#base || !this.#pace.isDue(now)) return
    this.#state = 'probing'
    this.#pace.slower(now)
    this.#transmit(this.#frames[this.#base]!, now)
  }

  /** The bus is gone: nothing is sent until `resume`. */
  suspend(): void {
    this.#state = 'suspended'
  }

  /** The bus is back: what was in flight may be lost. */
  resume(now: number): void {
    this.#goBack(now)
  }

  /** A frame with nothing but the acknowledgement. */
  bare(): Buffer {
    const frame = Buffer.allocUnsafe(this.#head.size)
    this.#head.write(frame, 0)
    return frame
  }

  #goBack(now: number): void {
    this.#state = 'open'
    this.#wentBackAt = now
    this.#next = this.#base
    this.#flying = 0
    this.#pace.restart(now)
    this.#fill(now)
  }

  #fill(now: number): void {
    this.#sendSealed(now)
    if (!this.#waiting || this.#next < this.#frames.length || this.#flying >= this.#options.windowBytes) return
    this.#waiting = false
    if (this.#batch.position === 0) return
    this.#seal(this.#batch.position)
    this.#batch.release()
    this.#sendSealed(now)
  }

  #sendSealed(now: number): void {
    while (this.#next < this.#frames.length) {
      const frame = this.#frames[this.#next]!
      const size = frame.bytes.length
      if (this.#flying > 0 && this.#flying + size > this.#options.windowBytes) break
      if (this.#flying === 0) this.#pace.restart(now)
      this.#flying += size
      this.#next++
      this.#transmit(frame, now)
    }
  }

  #transmit(frame: Sealed, now: number): void {
    if (frame.sentAt >= 0) frame.again = true
    frame.sentAt = now
    this.#options.transmit(frame.bytes, frame.again)
  }

  #drop(count: number, now: number): void {
    const end = this.#base + count
    const last = this.#frames[end - 1]!
    // A frame sent twice doesn't say which one was answered (Karn's rule).
    if (!last.again) this.#pace.sample(now - last.sentAt)
    for (let i = this.#base; i < end; i++) {
      const size = this.#frames[i]!.bytes.length
      this.#sealedBytes -= size
      this.#flying -= size
    }
    this.#base = end
    this.#sequence += count
    this.#compact()
  }

  #compact(): void {
    if (this.#base < this.#frames.length && this.#base < 256) {
      this.#frames.fill(released, 0, this.#base)
      return
    }
    this.#frames.splice(0, this.#base)
    this.#next -= this.#base
    this.#base = 0
  }

  /** The envelope that begins at `start` made the batch larger than a frame. */
  #overflow(start: number): void {
    const batch = this.#batch
    const end = batch.position
    if (start > 0) this.#seal(start)
    const size = end - start
    batch.buffer.copyWithin(0, start, end)
    batch.position = size
    if (size > this.#options.frameBytes) this.#split()
  }

  /** Makes a frame of the first `size` bytes of the batch. */
  #seal(size: number): void {
    this.#batch.buffer.copy(this.#frame(size), this.#head.size, 0, size)
  }

  /** Sends the one envelope in the batch in pieces. */
  #split(): void {
    const { frameBytes } = this.#options
    const piece = new WireWriter()
    const whole = this.#batch.buffer.subarray(fieldHead, this.#batch.position)
    for (let start = 0; start < whole.length; start += frameBytes) {
      piece.position = 0
      piece.bytes(frameField.part, whole.subarray(start, start + frameBytes))
      if (start + frameBytes >= whole.length) piece.uint(frameField.last, 1)
      piece.buffer.copy(this.#frame(piece.position), this.#head.size, 0, piece.position)
    }
    this.#batch.release()
  }

  #frame(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.#head.size + size)
    this.#head.write(bytes, this.#sequence + this.#frames.length - this.#base)
    this.#frames.push({ bytes, sentAt: -1, again: false })
    this.#sealedBytes += bytes.length
    return bytes
  }
}

/** Tag and padded length before an envelope in a frame. */
const fieldHead = 5
const released: Sealed = { bytes: Buffer.alloc(0), sentAt: 0, again: true }
