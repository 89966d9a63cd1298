import type { Domain } from '@heliograph/jid'
import { errorReply, stanzaError } from '@heliograph/stanza'
import { answerFrom } from '../bring-in.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import type { Failure } from '../outbound/failure.ts'
import type { Direction, Initiation } from '../outbound/initiation.ts'
import { openStream } from '../outbound/open-stream.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Entry } from './entry.ts'
import { Recent } from './recent.ts'

/** Stanzas that may wait for one pair. */
const MOST_WAITING = 4_000
/** Written and not taken by the kernel: past this nothing more is written. */
const MOST_BACKLOG = 1_048_576
/** A stanza that ends every stream it is written to is given up. */
const MOST_ATTEMPTS = 3
/** The peer reads nothing for so long. */
const STUCK_MS = 60_000

type State = 'closed' | 'connecting' | 'open' | 'closing'

/**
 * What goes from one of our domains to another server's: the one stream of the cluster for that, and what waits for it, in order. A stanza is taken when
 * the kernel has it, or when its error is on the way back; until then its sender keeps it, and sends it to the pair's next owner.
 */
export class Pair implements Direction {
  readonly local: Domain
  readonly remote: Domain
  readonly #context: FederationContext
  readonly #partition: number
  readonly #waiting: Entry[] = []
  readonly #written: Entry[] = []
  readonly #recent = new Recent()
  readonly #stop = new AbortController()
  #state: State = 'closed'
  #stream: XmlStream | undefined
  #touched: number
  #over = false

  constructor(context: FederationContext, { local, remote }: Direction, partition: number) {
    this.#context = context
    this.local = local
    this.remote = remote
    this.#partition = partition
    this.#touched = performance.now()
  }

  get key(): string {
    return `${this.local} ${this.remote}`
  }

  /** Stanzas that are not taken. */
  get waiting(): number {
    return this.#waiting.length + this.#written.length
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  push(entry: Entry): void {
    if (this.#over) return
    const known = this.#recent.find(entry.key)
    if (known !== undefined) {
      this.#context.events.repeated()
      if (known === 'done') for (const tell of entry.taken) tell()
      else known.taken.push(...entry.taken)
      return
    }
    this.#touched = performance.now()
    if (this.waiting >= MOST_WAITING) {
      this.#context.events.full()
      this.#bounce(entry, { condition: 'remote-server-timeout', text: 'too much waits for that server' })
      return
    }
    this.#recent.add(entry)
    this.#waiting.push(entry)
    this.#advance()
  }

  /** What is due by the clock: closes an idle stream, gives up one that is stuck. True when the pair may be forgotten. */
  sweep(now: number): boolean {
    const quiet = now - this.#touched
    if (this.waiting > 0 && this.#state === 'open' && quiet > STUCK_MS) this.#stream?.destroy()
    if (this.waiting > 0 || quiet < this.#context.config.federation.idleSeconds * 1000) return false
    if (this.#state === 'open') this.#close()
    return this.#state === 'closed'
  }

  /** Writes nothing more, and closes the stream when the peer has what was written. What was not written is its sender's to send to the next owner. */
  async handOver(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    this.#waiting.length = 0
    const stream = this.#stream
    stream?.close()
    await stream?.gone
  }

  /** Somebody else owns the pair: nothing may be said any more, nor told. */
  lose(): void {
    this.#over = true
    this.#stop.abort()
    this.#waiting.length = 0
    this.#written.length = 0
    this.#stream?.destroy()
  }

  #advance(): void {
    if (this.#state === 'open') this.#write()
    else if (this.#state === 'closed' && this.#waiting.length > 0) this.#connect()
  }

  #write(): void {
    const stream = this.#stream
    if (stream === undefined) return
    while (stream.backlog < MOST_BACKLOG) {
      const entry = this.#waiting.shift()
      if (entry === undefined) return
      this.#written.push(entry)
      entry.attempts++
      this.#context.events.sent()
      stream.write(entry.stanza.toBytes(), () => this.#confirmed(stream))
    }
  }

  /** The kernel has the oldest that was written. */
  #confirmed(stream: XmlStream): void {
    if (this.#stream !== stream) return
    const entry = this.#written.shift()
    if (entry === undefined) return
    this.#touched = performance.now()
    this.#finish(entry)
    if (this.#waiting.length > 0) this.#advance()
  }

  #finish(entry: Entry): void {
    this.#recent.done(entry)
    for (const tell of entry.taken) tell()
  }

  #connect(): void {
    const { setbacks } = this.#context
    const setback = setbacks.of(this.key, performance.now())
    if (setback !== undefined) return this.#bounceAll(setback)
    this.#state = 'connecting'
    void openStream(this.#context, this, { kind: 'carry' }, this.#stop.signal).then((result) => {
      if (result.kind === 'ready') this.#opened(result.initiation)
      else if (!this.#over) {
        this.#state = 'closed'
        const failure =
          result.kind === 'failed' ? result.failure : ({ condition: 'internal-server-error', text: '' } as const)
        setbacks.failed(this.key, failure, performance.now())
        this.#bounceAll(failure)
      }
    })
  }

  #opened(initiation: Initiation): void {
    const { stream } = initiation
    if (this.#over) return stream.close()
    this.#state = 'open'
    this.#stream = stream
    this.#touched = performance.now()
    this.#context.setbacks.worked(this.key)
    this.#context.events.opened('out')
    this.#context.log.info('s2s_opened', { domain: this.remote, local: this.local, direction: 'out' })
    if (stream.over) return this.#ended(stream)
    initiation.onEnded = () => this.#ended(stream)
    this.#write()
  }

  #close(): void {
    this.#state = 'closing'
    this.#stream?.close()
  }

  /** What the kernel didn't take goes on the next stream, which begins when this one is gone, so that the peer has one after the other. */
  #ended(stream: XmlStream): void {
    if (this.#stream !== stream || this.#over) return
    this.#state = 'closing'
    void stream.gone.then(() => {
      if (this.#over) return
      this.#stream = undefined
      this.#state = 'closed'
      const again = this.#written.splice(0)
      const given = again.filter(({ attempts }) => attempts >= MOST_ATTEMPTS)
      this.#waiting.unshift(...again.filter(({ attempts }) => attempts < MOST_ATTEMPTS))
      for (const entry of given)
        this.#bounce(entry, { condition: 'remote-server-timeout', text: 'streams ended on it' })
      this.#advance()
    })
  }

  #bounceAll(failure: Failure): void {
    for (const entry of this.#waiting.splice(0)) this.#bounce(entry, failure)
  }

  /** It comes back to its sender (RFC 6120 §10.4.3), who is told that it was taken when the error is. */
  #bounce(entry: Entry, { condition, text }: Failure): void {
    const { stanza } = entry
    this.#recent.done(entry)
    const told = (): void => {
      for (const tell of entry.taken) tell()
    }
    // A probe is the server's own, and who is gone needn't know who didn't hear of it.
    const isSilent = stanza.name === 'presence' && (stanza.type === 'probe' || stanza.type === 'unavailable')
    const reply = isSilent ? undefined : errorReply(stanza, stanzaError(condition, { text }))
    if (reply?.to === undefined) return told()
    this.#context.events.bounced()
    answerFrom(this.#context, this.#partition, reply, told)
  }
}
