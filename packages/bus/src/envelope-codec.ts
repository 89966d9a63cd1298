import type { Envelope } from './envelope.ts'
import { EnvelopeDecoder } from './envelope-decoder.ts'
import { encodeEnvelope } from './envelope-encoder.ts'
import { WireWriter } from './wire-writer.ts'

/** Tag and padded length that `encodeEnvelope` puts before an envelope. */
const before = 5

/** Single envelopes to bytes and back, for those who keep them. Links encode whole batches instead. */
export class EnvelopeCodec {
  readonly #writer = new WireWriter()
  readonly #decoder = new EnvelopeDecoder()

  /** @throws RangeError for a number that isn't an integer from 0 */
  encode(envelope: Envelope): Buffer {
    this.#writer.release()
    encodeEnvelope(this.#writer, 1, envelope)
    return this.#writer.take(before)
  }

  /** The result may be kept: it holds on to `bytes` only if they are mostly its payload. @throws WireError */
  decode(bytes: Buffer): Envelope {
    return this.#decoder.decode(bytes)
  }
}
