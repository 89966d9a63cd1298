import type { Stanza } from '@heliograph/stanza'
import { errorReply, stanzaError } from '@heliograph/stanza'
import { bringIn } from '../bring-in.ts'
import type { ComponentStream } from './component-stream.ts'

/** What a component may have in flight: past it nothing more is read from it. */
const MOST = { stanzas: 1_024, bytes: 4_194_304 }
/** What a stanza costs beside its payload while it is kept. */
const OVERHEAD = 512

/** What came on a component's stream and nobody has custody of yet, or was answered and the component hasn't read. */
export class Inbound {
  readonly #stream: ComponentStream
  #count = 0
  #stanzas = 0
  #bytes = 0
  #stalled = false
  /** It stays unread. */
  #draining = false
  #waiting: (() => void)[] = []

  constructor(stream: ComponentStream) {
    this.#stream = stream
  }

  /** Sends it to the owner of its `to`; it comes back when that can't be done. */
  bring(stanza: Stanza): void {
    const { context, number } = this.#stream
    const settled = this.#began(stanza)
    context.events.stanzasIn.add()
    bringIn(context, stanza, { stream: `${context.instance}/component-${number}`, count: ++this.#count }, (outcome) => {
      if (outcome !== 'taken') this.#bounce(stanza, outcome)
      settled()
    })
    this.#stallWhenFull()
  }

  /** Tells the component what is wrong with something it sent. In flight until that is written: who doesn't read isn't read. */
  answer(reply: Stanza): void {
    this.#stream.deliver(reply, this.#began(reply))
    this.#stallWhenFull()
  }

  /** Resolves when nothing is in flight, or when `signal` aborts. */
  settled(signal: AbortSignal): Promise<void> {
    this.#draining = true
    if (this.#stanzas === 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #bounce(stanza: Stanza, outcome: 'expired' | 'full'): void {
    const condition = outcome === 'expired' ? 'remote-server-timeout' : 'resource-constraint'
    const reply = errorReply(stanza, stanzaError(condition))
    if (reply) this.answer(reply)
  }

  #began({ payload }: Stanza): () => void {
    const bytes = payload.length + OVERHEAD
    this.#stanzas++
    this.#bytes += bytes
    return () => this.#settled(bytes)
  }

  #stallWhenFull(): void {
    if (this.#stalled || (this.#stanzas < MOST.stanzas && this.#bytes < MOST.bytes)) return
    this.#stalled = true
    this.#stream.context.events.stalled()
    this.#stream.xml.hold()
  }

  #settled(bytes: number): void {
    this.#stanzas--
    this.#bytes -= bytes
    if (this.#stanzas === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    if (!this.#stalled || this.#draining || this.#stanzas * 2 > MOST.stanzas || this.#bytes * 2 > MOST.bytes) return
    this.#stalled = false
    this.#stream.xml.release()
  }
}
