import type { Domain } from '@heliograph/jid'
import type { Gate } from '@heliograph/ownership'
import type { FederationContext } from '../federation/federation-context.ts'
import { type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction, Initiation } from '../outbound/initiation.ts'
import type { openStream } from '../outbound/open-stream.ts'
import type { Shares } from '../shares.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Entry } from './entry.ts'
import { giveBack } from './give-back.ts'
import { Recent } from './recent.ts'

/** Stanzas that may wait for one pair. */
const MOST_WAITING = 4_000
/** Written and not taken by the kernel: past this nothing more is written. */
const MOST_BACKLOG = 1_048_576
/** A stanza that ends every stream it is written to is given up. */
const MOST_ATTEMPTS = 3
/** So long a stanza waits to be written, or while it takes longer to connect as long as that, and then to be taken. */
const UNTAKEN_MS = 60_000
/** What a stanza costs beside its payload. */
const OVERHEAD = 512

/** What all pairs of an instance have together. */
export interface Common {
  readonly open: typeof openStream
  /** To set up a stream. */
  readonly connects: Gate
  /** Of what may wait here, among the other domains. */
  readonly shares: Shares
}

type State = 'closed' | 'connecting' | 'open' | 'closing'

/**
 * What goes from one of our domains to another server's: the one stream of the cluster for that, and what waits for it, in order. A stanza is taken when
 * the kernel has it, or when its error is on the way back; until then its sender keeps it, and sends it to the pair's next owner.
 */
export class Pair implements Direction {
  readonly local: Domain
  readonly remote: Domain
  readonly #context: FederationContext
  readonly #common: Common
  readonly #partition: number
  readonly #waiting: Entry[] = []
  readonly #written: Entry[] = []
  readonly #recent = new Recent()
  readonly #stop = new AbortController()
  #state: State = 'closed'
  #stream: XmlStream | undefined
  /** Longer elements the peer doesn't take on this stream. */
  #mostBytes = Number.POSITIVE_INFINITY
  /** Whether anything was taken on this stream. */
  #proven = false
  #everOpen = false
  /** When something was taken or came back last. */
  #touched: number
  #over = false

  constructor(context: FederationContext, common: Common, { local, remote }: Direction, partition: number) {
    this.#context = context
    this.#common = common
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
    this.#recent.add(entry)
    if (this.waiting >= MOST_WAITING || !this.#common.shares.take(this.remote, sizeOf(entry))) {
      this.#context.events.full()
      this.#giveBack(entry, unreachable('too much waits for that server'))
      return
    }
    this.#waiting.push(entry)
    this.#advance()
  }

  /** What is due by the clock: gives up what wasn't taken in time, closes an idle stream. True when the pair may be forgotten. */
  sweep(now: number): boolean {
    this.#giveUp(now)
    const patience = this.#everOpen ? this.#context.config.federation.idleSeconds * 1000 : UNTAKEN_MS
    if (this.waiting > 0 || now - this.#touched < patience) return false
    if (this.#state === 'open') this.#close()
    return this.#state === 'closed'
  }

  /** Writes nothing more, and closes the stream when the peer has what was written. What was not written is its sender's to send to the next owner. */
  async handOver(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    this.#forget(this.#waiting)
    const stream = this.#stream
    stream?.close()
    await stream?.gone
    this.#forget(this.#written)
  }

  /** Somebody else owns the pair: nothing may be said any more, nor told. */
  lose(): void {
    this.#over = true
    this.#stop.abort()
    this.#forget(this.#waiting)
    this.#forget(this.#written)
    this.#stream?.destroy()
  }

  #forget(entries: Entry[]): void {
    for (const entry of entries.splice(0)) this.#common.shares.leave(this.remote, sizeOf(entry))
  }

  /** Whoever writes meanwhile: a peer that doesn't take what was written loses its stream, and what can't be written comes back. */
  #giveUp(now: number): void {
    const [oldest] = this.#written
    if (oldest !== undefined && now - oldest.writtenAt > UNTAKEN_MS) this.#stream?.destroy()
    const longest = Math.max(UNTAKEN_MS, this.#context.config.federation.connectSeconds * 1000)
    const isLate = ({ since }: Entry): boolean => now - since > longest
    while (this.#waiting[0] !== undefined && isLate(this.#waiting[0]))
      this.#bounce(this.#waiting.shift()!, unreachable('it took too long'))
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
      const bytes = entry.stanza.toBytes()
      if (bytes.length > this.#mostBytes) {
        // XEP-0478 §4: SHOULD NOT be sent; it would end the stream for all.
        this.#bounce(entry, {
          condition: 'policy-violation',
          text: `that server takes ${this.#mostBytes} bytes at most`,
        })
        continue
      }
      this.#written.push(entry)
      entry.attempts++
      entry.writtenAt = performance.now()
      this.#context.events.sent()
      stream.write(bytes, () => this.#confirmed(stream))
    }
  }

  /** The kernel has the oldest that was written. */
  #confirmed(stream: XmlStream): void {
    if (this.#stream !== stream) return
    const entry = this.#written.shift()
    if (entry === undefined) return
    this.#touched = performance.now()
    if (!this.#proven) this.#context.setbacks.worked(this.key)
    this.#proven = true
    this.#common.shares.leave(this.remote, sizeOf(entry))
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
    if (setback !== undefined) {
      for (const entry of this.#waiting.splice(0)) this.#bounce(entry, setback)
      return
    }
    this.#state = 'connecting'
    void this.#common.connects.run(() => this.#open())
  }

  async #open(): Promise<void> {
    if (this.#waiting.length === 0) {
      this.#state = 'closed'
      return
    }
    const result = await this.#common.open(this.#context, this, { kind: 'carry' }, this.#stop.signal)
    if (result.kind === 'ready') this.#opened(result.initiation)
    else if (!this.#over) {
      this.#state = 'closed'
      this.#failed(result.kind === 'failed' ? result.failure : { condition: 'internal-server-error', text: '' })
    }
  }

  #failed(failure: Failure): void {
    this.#context.setbacks.failed(this.key, failure, performance.now())
    for (const entry of this.#waiting.splice(0)) this.#bounce(entry, failure)
  }

  #opened(initiation: Initiation): void {
    const { stream } = initiation
    if (this.#over) return stream.close()
    this.#state = 'open'
    this.#stream = stream
    this.#mostBytes = initiation.mostBytes
    this.#proven = false
    this.#everOpen = true
    this.#touched = performance.now()
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
      this.#waiting.unshift(...this.#written.splice(0))
      // One that ends at once each time is as good as none, and isn't to be opened in a circle.
      if (!this.#proven) return this.#failed(unreachable('the stream ended'))
      this.#giveUpOften()
      this.#advance()
    })
  }

  #giveUpOften(): void {
    const given = this.#waiting.filter(({ attempts }) => attempts >= MOST_ATTEMPTS)
    if (given.length === 0) return
    const kept = this.#waiting.filter(({ attempts }) => attempts < MOST_ATTEMPTS)
    this.#waiting.splice(0, Number.POSITIVE_INFINITY, ...kept)
    for (const entry of given) this.#bounce(entry, unreachable('streams ended on it'))
  }

  #bounce(entry: Entry, failure: Failure): void {
    this.#common.shares.leave(this.remote, sizeOf(entry))
    this.#giveBack(entry, failure)
  }

  /** Who sent it is told that it was taken when the error is, and until then it may come again. */
  #giveBack(entry: Entry, failure: Failure): void {
    this.#touched = performance.now()
    const envelope = { stanza: entry.stanza, partition: this.#partition }
    if (giveBack(this.#context, envelope, failure, () => this.#finish(entry))) this.#context.events.bounced()
  }
}

function sizeOf({ stanza }: Entry): number {
  return stanza.payload.length + OVERHEAD
}
