import type { Logger } from '@heliograph/telemetry'
import type { Envelope, InstanceId } from '../envelope.ts'
import { EnvelopeDecoder } from '../envelope-decoder.ts'
import type { Receive } from '../links.ts'
import type { Meters } from '../meters.ts'
import { WireError } from '../wire-error.ts'
import type { ReadFrame } from './frame.ts'
import type { Peer } from './peer.ts'

/** Hands what frames carry to the one receiver of an instance. One bad envelope or failing handler never stops a link. */
export class Unpacker {
  readonly #decoder = new EnvelopeDecoder()
  readonly #meters: Meters
  readonly #log: Logger
  #receive: Receive | undefined

  constructor(meters: Meters, log: Logger) {
    this.#meters = meters
    this.#log = log
  }

  get ready(): boolean {
    return this.#receive !== undefined
  }

  set receive(receive: Receive) {
    this.#receive = receive
  }

  unpack(frame: ReadFrame, bytes: Buffer, peer: Peer): void {
    const { spans, part, from } = frame
    if (part !== undefined) {
      const whole = peer.assemble(part, frame.last)
      if (whole === 'too-large') this.#refuse(from, whole)
      else if (whole !== undefined) this.#decode(whole, 0, whole.length, from)
    }
    for (let i = 0; i < spans.length; i += 2) this.#decode(bytes, spans[i]!, spans[i + 1]!, from)
  }

  #decode(bytes: Buffer, start: number, end: number, from: InstanceId): void {
    let envelope: Envelope
    try {
      envelope = this.#decoder.decode(bytes, start, end)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#refuse(from, error)
      return
    }
    this.hand(from, envelope)
  }

  #refuse(from: InstanceId, error: unknown): void {
    this.#meters.malformed.add()
    this.#log.error('envelope_malformed', { error, instance: from })
  }

  hand(from: InstanceId, envelope: Envelope): void {
    this.#meters.envelopesReceived.add()
    try {
      this.#receive!(from, envelope)
    } catch (error) {
      this.#log.error('envelope_handler_failed', { error, instance: from, op: envelope.op })
    }
  }
}
