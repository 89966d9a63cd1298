import type { Logger } from '@heliograph/telemetry'
import type { InstanceId } from '../envelope.ts'
import { WireReader } from '../wire-reader.ts'
import { tagOf, Wire, WireWriter } from '../wire-writer.ts'
import type { Bus } from './bus.ts'
import type { Subjects } from './subjects.ts'

/** Fields of `Announcement` in proto/heliograph/v1/envelope.proto. */
const field = { from: 1, message: 2 } as const
const tags = { from: tagOf(field.from, Wire.bytes), message: tagOf(field.message, Wire.bytes) }

type Listener = (message: Uint8Array, from: InstanceId) => void

/** What instances tell all others at most once, and an instance's proof that it reaches the bus. */
export class Notices {
  readonly #bus: Bus
  readonly #subjects: Subjects
  readonly #self: InstanceId
  readonly #log: Logger
  readonly #writer = new WireWriter()
  readonly #pings = new Map<number, () => void>()
  #lastPing = 0

  constructor(options: { bus: Bus; subjects: Subjects; self: InstanceId; log: Logger }) {
    this.#bus = options.bus
    this.#subjects = options.subjects
    this.#self = options.self
    this.#log = options.log
    this.#bus.subscribe(this.#subjects.ping(this.#self), ({ payload }) =>
      this.#pings.get(Number(payload.toString()))?.(),
    )
  }

  announce(topic: string, message: Uint8Array): void {
    this.#writer.release()
    this.#writer.string(field.from, this.#self)
    this.#writer.bytes(field.message, message)
    this.#bus.publish(this.#subjects.topic(topic), this.#writer.take(0))
  }

  listen(topic: string, handler: Listener): () => void {
    return this.#bus.subscribe(this.#subjects.topic(topic), ({ payload }) => {
      const { from, message } = readAnnouncement(payload)
      try {
        handler(message, from)
      } catch (error) {
        this.#log.error('announcement_failed', { error, topic, instance: from })
      }
    })
  }

  ping(timeoutMs: number): Promise<void> {
    const number = ++this.#lastPing
    return new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        this.#pings.delete(number)
        settle()
      }
      const timer = setTimeout(
        () => end(() => reject(new Error(`no answer from the bus within ${timeoutMs} ms`))),
        timeoutMs,
      )
      this.#pings.set(number, () => end(resolve))
      this.#bus.publish(this.#subjects.ping(this.#self), Buffer.from(String(number)))
    })
  }
}

function readAnnouncement(payload: Buffer): { from: InstanceId; message: Buffer } {
  const reader = new WireReader(payload)
  let from = ''
  let message = Buffer.alloc(0)
  while (reader.position < reader.end) {
    const tag = reader.varint()
    if (tag === tags.from) from = reader.string()
    else if (tag === tags.message) message = Buffer.from(payload.subarray(reader.span(), reader.position))
    else reader.skip(tag)
  }
  return { from, message }
}
