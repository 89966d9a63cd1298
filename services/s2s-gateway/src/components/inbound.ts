import type { Stanza } from '@heliograph/stanza'
import { errorReply, stanzaError } from '@heliograph/stanza'
import { bringIn } from '../bring-in.ts'
import type { ComponentStream } from './component-stream.ts'

/** What a component may have in flight: past it nothing more is read from it. */
const MOST = { stanzas: 1_024, bytes: 4_194_304 }
/** What a stanza costs beside its payload while it is kept. */
const OVERHEAD = 512

/** What came on a component's stream and nobody has custody of yet. */
export class Inbound {
  readonly #stream: ComponentStream
  #count = 0
  #stanzas = 0
  #bytes = 0
  #stalled = false
  #waiting: (() => void)[] = []

  constructor(stream: ComponentStream) {
    this.#stream = stream
  }

  /** Sends it to the owner of its `to`; it comes back when that can't be done. */
  bring(stanza: Stanza): void {
    const { context, number } = this.#stream
    const bytes = stanza.payload.length + OVERHEAD
    this.#stanzas++
    this.#bytes += bytes
    context.events.stanzasIn.add()
    bringIn(context, stanza, { stream: `${context.instance}/component-${number}`, count: ++this.#count }, (outcome) => {
      if (outcome !== 'taken') this.#bounce(stanza, outcome)
      this.#settled(bytes)
    })
    if (this.#stanzas < MOST.stanzas && this.#bytes < MOST.bytes) return
    this.#stalled = true
    context.events.stalled()
    this.#stream.xml.hold()
  }

  /** Resolves when nothing is in flight, or when `signal` aborts. */
  settled(signal: AbortSignal): Promise<void> {
    // Draining, it stays unread.
    this.#stalled = false
    if (this.#stanzas === 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #bounce(stanza: Stanza, outcome: 'expired' | 'full'): void {
    const condition = outcome === 'expired' ? 'remote-server-timeout' : 'resource-constraint'
    const reply = errorReply(stanza, stanzaError(condition))
    if (reply) this.#stream.deliver(reply, () => {})
  }

  #settled(bytes: number): void {
    this.#stanzas--
    this.#bytes -= bytes
    if (this.#stanzas === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    if (!this.#stalled || this.#stanzas * 2 > MOST.stanzas || this.#bytes * 2 > MOST.bytes) return
    this.#stalled = false
    this.#stream.xml.release()
  }
}
