import type { Domain } from '@heliograph/jid'
import { type Gate, pairKey } from '@heliograph/ownership'
import type { FederationContext } from '../federation/federation-context.ts'
import { DENIED, type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction, Initiation } from '../outbound/initiation.ts'
import type { openStream } from '../outbound/open-stream.ts'
import type { Backlog } from '../queue/queue-store.ts'
import { type Keeping, Spool } from '../queue/spool.ts'
import type { Shares } from '../shares.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Entry } from './entry.ts'
import { Line } from './line.ts'

/** Written and not taken by the kernel: past this nothing more is written. */
const MOST_BACKLOG = 1_048_576
/** So long a stanza waits to be written, or while it takes longer to connect as long as that, and then to be taken. */
const UNTAKEN_MS = 60_000
/** What all pairs of an instance have together. */
export interface Common {
  readonly open: typeof openStream
  /** To set up a stream. */
  readonly connects: Gate
  /** Of what may wait here, among the other domains. */
  readonly shares: Shares
  /** Undefined where nothing outlives instances. */
  readonly keeping?: Keeping | undefined
}

type State = 'closed' | 'connecting' | 'open' | 'closing'

/**
 * What goes from one of our domains to another server's: the one stream of the cluster for that, and what waits for it, in order. A stanza is taken when
 * the kernel has it, when it is stored, or when its error is on the way back; until then its sender keeps it, and sends it to the pair's next owner.
 */
export class Pair implements Direction {
  readonly local: Domain
  readonly remote: Domain
  readonly #context: FederationContext
  readonly #common: Common
  readonly #spool: Spool | undefined
  readonly #line: Line
  readonly #written: Entry[] = []
  readonly #stop = new AbortController()
  #state: State = 'closed'
  #stream: XmlStream | undefined
  /** Longer elements the peer doesn't take on this stream. */
  #mostBytes = Number.POSITIVE_INFINITY
  /** Whether anything was taken on this stream. */
  #proven = false
  #everOpen = false
  #over = false

  constructor(context: FederationContext, common: Common, { local, remote }: Direction, partition: number) {
    this.#context = context
    this.#common = common
    this.local = local
    this.remote = remote
    const { keeping, shares } = common
    const key = pairKey(local, remote)
    this.#spool = keeping && new Spool(keeping, { partition, pair: key })
    const line = { context, remote, partition, key, shares, spool: this.#spool }
    this.#line = new Line({ ...line, more: () => this.#advance() })
  }

  get key(): string {
    return pairKey(this.local, this.remote)
  }

  /** Stanzas in memory that are not taken. */
  get waiting(): number {
    return this.#line.waiting + this.#written.length
  }

  /** Stanzas that are kept in the database. */
  get kept(): number {
    return this.#line.kept
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** What former owners left for it, if anything: nothing is sent before that is known. */
  found(backlog: Backlog | undefined): void {
    this.#spool?.found(backlog)
    this.#advance()
  }

  push(entry: Entry): void {
    if (this.#over) return
    if (this.#line.push(entry, this.#written.length)) this.#advance()
  }

  /** What is due by the clock: gives up what wasn't taken in time, tries again, closes an idle stream. True when the pair may be forgotten. */
  sweep(now: number): boolean {
    const [oldest] = this.#written
    // Whoever writes meanwhile: a peer that doesn't take what was written loses its stream, and what can't be written comes back.
    if (oldest !== undefined && now - oldest.writtenAt > UNTAKEN_MS) this.#stream?.destroy()
    const longest = Math.max(UNTAKEN_MS, this.#context.config.federation.connectSeconds * 1000)
    this.#line.sweep(now, { written: this.#written, longest, isOpen: this.isOpen })
    this.#advance()
    const patience = this.#everOpen ? this.#context.config.federation.idleSeconds * 1000 : UNTAKEN_MS
    if (this.#written.length > 0 || !this.#line.isEmpty || now - this.#line.touched < patience) return false
    if (this.#state === 'open') this.#close()
    return this.#state === 'closed' && this.kept === 0
  }

  /** Writes nothing more, and closes the stream when the peer has what was written. What was not written is its sender's to send to the next owner. */
  async handOver(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    this.#line.drop([], false)
    const stream = this.#stream
    stream?.close()
    await stream?.gone
    this.#line.drop(this.#written, false)
  }

  /** Somebody else owns the pair: nothing may be said any more, nor told. */
  lose(): void {
    this.#over = true
    this.#stop.abort()
    this.#line.drop(this.#written, true)
    this.#stream?.destroy()
  }

  #advance(): void {
    if (this.#over || !this.#line.isKnown) return
    if (this.#state === 'open') this.#write()
    else if (this.#state === 'closed' && !this.#line.isEmpty) this.#connect()
  }

  #write(): void {
    const stream = this.#stream
    if (stream === undefined) return
    while (stream.backlog < MOST_BACKLOG) {
      const entry = this.#line.next()
      if (entry === undefined) return
      const bytes = this.#line.bytesOf(entry)
      if (bytes.length > this.#mostBytes) {
        // XEP-0478 §4: SHOULD NOT be sent; it would end the stream for all.
        this.#line.bounce(entry, {
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
    if (!this.#proven) this.#context.setbacks.worked(this.key)
    this.#proven = true
    this.#line.finish(entry)
    if (!this.#line.isEmpty) this.#advance()
  }

  #connect(): void {
    const { setbacks, policy } = this.#context
    const isAllowed = policy.of(this.remote).outbound
    const setback = isAllowed ? setbacks.of(this.key, performance.now()) : DENIED
    if (setback !== undefined) return this.#line.unreachable(setback)
    this.#state = 'connecting'
    void this.#common.connects.run(() => this.#open())
  }

  async #open(): Promise<void> {
    if (this.#line.isEmpty) {
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
    this.#line.giveUpOften()
    this.#line.unreachable(failure)
  }

  #opened(initiation: Initiation): void {
    const { stream } = initiation
    if (this.#over) return stream.close()
    this.#state = 'open'
    this.#stream = stream
    this.#mostBytes = initiation.mostBytes
    this.#proven = false
    this.#everOpen = true
    this.#line.touched = performance.now()
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
      this.#line.putBack(this.#written.splice(0))
      // One that ends at once each time is as good as none, and isn't to be opened in a circle.
      if (!this.#proven && !this.#line.isEmpty) return this.#failed(unreachable('the stream ended'))
      this.#line.giveUpOften()
      this.#advance()
    })
  }
}
