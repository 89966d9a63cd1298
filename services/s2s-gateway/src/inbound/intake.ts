import { randomUUID } from 'node:crypto'
import { patiently } from '../hand-over.ts'
import { answerXml } from '../streams/management.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import { Acknowledging } from './acknowledging.ts'
import type { Former } from './resumables.ts'

/** What may be on its way from one stream to the owners of its stanzas' addresses. */
const MOST_IN_FLIGHT = { stanzas: 512, bytes: 1_048_576 }
/** Who sends more than it may is looked at again after so long. */
const MOST_SLOWED_MS = 5_000

/** What another server sends on one stream: its count, and what of it is on its way. At its bounds the stream isn't read. */
export class Intake {
  /** Once the peer wants to know what was handled (XEP-0198). */
  acknowledging: Acknowledging | undefined
  readonly #stream: Pick<XmlStream, 'hold' | 'release' | 'write'>
  /** The stream of its ingress ids. */
  #ingress = `s2s-${randomUUID()}`
  #count = 0
  readonly #landed = Promise.withResolvers<void>()
  #onHandled: (() => void) | undefined
  #isFinishing = false
  /** When the last stanza came. */
  heardAt = performance.now()
  #flying = 0
  #flyingBytes = 0
  #slowed: NodeJS.Timeout | undefined

  constructor(stream: Pick<XmlStream, 'hold' | 'release' | 'write'>) {
    this.#stream = stream
  }

  get ingress(): string {
    return this.#ingress
  }

  /** Its stanzas so far. */
  get count(): number {
    return this.#count
  }

  nextCount(): number {
    this.#count++
    this.heardAt = performance.now()
    return this.#count
  }

  /** It goes on where another one ended: what comes again bears the same ingress ids. */
  goOn({ ingress, count, h }: Former): void {
    this.#ingress = ingress
    this.#count = count
    this.acknowledging = new Acknowledging(count, h)
  }

  /** The peer counts from now on what it sends (XEP-0198 §3). */
  acknowledge(): void {
    this.acknowledging = new Acknowledging(this.#count, 0)
  }

  /** A stanza's owner has it, or its error is on the way back. */
  settled(count: number): void {
    this.acknowledging?.settled(count)
    if (this.#isHandled) this.#onHandled?.()
    this.acknowledging?.covered((h) => this.#stream.write(answerXml(h)))
  }

  /** A stanza is on its way: at the bound nothing more is read, and the peer's own socket fills up. */
  depart(bytes: number): void {
    this.#flying++
    this.#flyingBytes += bytes
    if (this.#isFull) this.#stream.hold()
  }

  arrive(bytes: number): void {
    this.#flying--
    this.#flyingBytes -= bytes
    if (this.#isFinishing) {
      if (this.#flying === 0) this.#landed.resolve()
    } else this.#readOn()
  }

  /** It has sent more than it may. */
  slowDown(ms: number): void {
    if (this.#slowed !== undefined || this.#isFinishing) return
    this.#stream.hold()
    this.#slowed = setTimeout(
      () => {
        this.#slowed = undefined
        if (!this.#isFinishing) this.#readOn()
      },
      Math.min(ms, MOST_SLOWED_MS),
    )
  }

  /** Reads nothing more; resolves when what was read is where it belongs, which the peer is told. */
  async finish(): Promise<void> {
    this.#isFinishing = true
    this.#stream.hold()
    if (this.#flying > 0) await patiently(this.#landed.promise)
    if (this.acknowledging !== undefined) this.#stream.write(answerXml(this.acknowledging.h))
  }

  /** The stream broke: resolves when all that had come is handled, or that takes too long. */
  async handled(): Promise<void> {
    if (this.#isHandled) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onHandled = resolve
    await patiently(promise)
  }

  /** The same, and where a stream goes on that resumes it. */
  async former(): Promise<Former | undefined> {
    await this.handled()
    const { acknowledging } = this
    return acknowledging && { ingress: this.#ingress, count: acknowledging.handled, h: acknowledging.h }
  }

  /** The stream is over. */
  stop(): void {
    clearTimeout(this.#slowed)
    this.acknowledging?.stop()
  }

  #readOn(): void {
    if (!this.#isFull && this.#slowed === undefined) this.#stream.release()
  }

  get #isHandled(): boolean {
    return this.acknowledging === undefined || this.acknowledging.handled === this.#count
  }

  get #isFull(): boolean {
    return this.#flying >= MOST_IN_FLIGHT.stanzas || this.#flyingBytes >= MOST_IN_FLIGHT.bytes
  }
}
