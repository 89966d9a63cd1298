import type { WireReader } from '../wire-reader.ts'
import { tagOf, Wire } from '../wire-writer.ts'

/** Fields of `Frame` in proto/heliograph/v1/envelope.proto. */
export const frameField = {
  link: 1,
  sequence: 2,
  ackedLink: 3,
  acked: 4,
  resend: 5,
  from: 6,
  part: 7,
  last: 8,
  envelopes: 9,
} as const

const tags = {
  link: tagOf(frameField.link, Wire.fixed64),
  sequence: tagOf(frameField.sequence, Wire.fixed64),
  ackedLink: tagOf(frameField.ackedLink, Wire.fixed64),
  acked: tagOf(frameField.acked, Wire.fixed64),
  resend: tagOf(frameField.resend, Wire.varint),
  from: tagOf(frameField.from, Wire.bytes),
  part: tagOf(frameField.part, Wire.bytes),
  last: tagOf(frameField.last, Wire.varint),
  envelopes: tagOf(frameField.envelopes, Wire.bytes),
}

/** What one direction of a link says of the other. */
export interface Acknowledgement {
  /** The link it is about, 0 before its first frame was seen. */
  readonly link: number
  readonly acked: number
  /** The frame after `acked` is missing. */
  readonly resend: boolean
}

/**
 * The fixed part that begins each frame of one link. Its acknowledgement stands at fixed places, so it can be brought up to date each
 * time the frame is sent, without encoding anything again.
 */
export class FrameHead {
  readonly #template: Buffer

  constructor(from: string, link: number) {
    const name = Buffer.from(from)
    this.#template = Buffer.alloc(ackEnd + 3 + name.length)
    this.#template[0] = tags.link
    writeFixed64(this.#template, 1, link)
    this.#template[9] = tags.sequence
    this.#template[18] = tags.ackedLink
    this.#template[27] = tags.acked
    this.#template[36] = tags.resend
    this.#template[ackEnd] = tags.from
    this.#template[ackEnd + 1] = (name.length & 127) | 0x80
    this.#template[ackEnd + 2] = name.length >>> 7
    this.#template.set(name, ackEnd + 3)
  }

  get size(): number {
    return this.#template.length
  }

  /** Writes the head into the first `size` bytes of `frame`. */
  write(frame: Buffer, sequence: number): void {
    this.#template.copy(frame)
    writeFixed64(frame, 10, sequence)
  }
}

const ackEnd = 38

/** Brings the acknowledgement in a frame up to date. */
export function acknowledgeIn(frame: Buffer, { link, acked, resend }: Acknowledgement): void {
  writeFixed64(frame, 19, link)
  writeFixed64(frame, 28, acked)
  frame[37] = resend ? 1 : 0
}

function writeFixed64(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value % 0x1_0000_0000, at)
  bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4)
}

/** The head of a frame as read; envelopes and parts stay in the bytes. */
export interface ReadFrame extends Acknowledgement {
  /** The sender's link: `link` is ours that it acknowledges. */
  readonly senderLink: number
  readonly sequence: number
  readonly from: string
  /** Where the bytes of each envelope begin and end, in turn. */
  readonly spans: readonly number[]
  readonly part: Buffer | undefined
  readonly last: boolean
}

/** @throws WireError */
export function readFrame(reader: WireReader): ReadFrame {
  const { bytes, end } = reader
  const spans: number[] = []
  const frame = { senderLink: 0, sequence: 0, link: 0, acked: 0, resend: false, from: '', last: false, spans }
  let part: Buffer | undefined
  while (reader.position < end) {
    const tag = reader.varint()
    if (tag === tags.envelopes) spans.push(reader.span(), reader.position)
    else if (tag === tags.link) frame.senderLink = reader.fixed64()
    else if (tag === tags.sequence) frame.sequence = reader.fixed64()
    else if (tag === tags.ackedLink) frame.link = reader.fixed64()
    else if (tag === tags.acked) frame.acked = reader.fixed64()
    else if (tag === tags.resend) frame.resend = reader.varint() !== 0
    else if (tag === tags.last) frame.last = reader.varint() !== 0
    else if (tag === tags.from) frame.from = reader.string()
    else if (tag === tags.part) part = bytes.subarray(reader.span(), reader.position)
    else reader.skip(tag)
  }
  return { ...frame, part }
}
