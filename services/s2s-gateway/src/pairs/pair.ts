import type { Domain } from '@heliograph/jid'
import { pairKey } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { FederationContext } from '../federation/federation-context.ts'
import { patiently } from '../hand-over.ts'
import { Outgoing } from '../multicast/outgoing.ts'
import { DENIED, type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction, Initiation, Management } from '../outbound/initiation.ts'
import type { Backlog } from '../queue/queue-store.ts'
import { Spool } from '../queue/spool.ts'
import { answerXml, countIn, requestXml } from '../streams/management.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Common } from './common.ts'
import { type Entry, entryOf } from './entry.ts'
import { Ledger } from './ledger.ts'
import { Line } from './line.ts'

/** Written and not taken by the kernel: past this nothing more is written. */
const MOST_BACKLOG = 1_048_576
/** So long a pair is remembered that never had a stream. */
const KNOWN_SECONDS = 60

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
  readonly #outgoing: Outgoing
  #ledger = new Ledger()
  /** By which the stream that broke may be resumed. */
  #resume: string | undefined
  #emptied: (() => void) | undefined
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
    const ask = (request: Stanza): void => queueMicrotask(() => this.push(entryOf(request, '')))
    this.#outgoing = new Outgoing({ local, remote, services: common.services, ask }, context.events)
  }

  get key(): string {
    return pairKey(this.local, this.remote)
  }

  /** Stanzas in memory that are not taken. */
  get waiting(): number {
    return this.#line.waiting + this.#ledger.written.length
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

  /** Those of one group together. */
  push(...entries: readonly Entry[]): void {
    if (this.#over) return
    const fresh = entries.filter((entry) => this.#line.push(entry, this.#ledger.written.length))
    if (fresh.length > 0) this.#advance()
  }

  /** What the other server says of stanzas for several. False when it says nothing of what was sent from here. */
  hear(said: Stanza): boolean {
    const again = this.#outgoing.hear(said)
    if (again !== undefined) this.push(...again)
    return again !== undefined
  }

  /** What is due by the clock: gives up what wasn't taken in time, tries again, closes an idle stream. True when the pair may be forgotten. */
  sweep(now: number): boolean {
    const { federation } = this.#context.config
    const { written } = this.#ledger
    const takeMs = federation.takeSeconds * 1_000
    const [oldest] = written
    // Whoever writes meanwhile: a peer that doesn't take what was written loses its stream, and what can't be written comes back.
    if (oldest !== undefined && this.#ledger.isLate(oldest, now, takeMs)) this.#stream?.destroy()
    const longest = Math.max(takeMs, federation.connectSeconds * 1_000)
    this.#line.sweep(now, { written, longest, isOpen: this.isOpen })
    this.#advance()
    const patience = (this.#everOpen ? federation.idleSeconds : KNOWN_SECONDS) * 1_000
    if (written.length > 0 || !this.#line.isEmpty || now - this.#line.touched < patience) return false
    if (this.#state === 'open') this.#close()
    return this.#state === 'closed' && this.kept === 0
  }

  /** Writes nothing more, and closes the stream when the peer has what was written. What was not written is its sender's to send to the next owner. */
  async handOver(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    this.#line.drop([], false)
    const stream = this.#stream
    // The peer says what it has first: what it doesn't acknowledge is sent again.
    if (this.#ledger.management !== undefined && this.#ledger.written.length > 0)
      await patiently(new Promise<void>((resolve) => (this.#emptied = resolve)))
    stream?.close()
    await stream?.gone
    this.#line.drop(this.#ledger.written, false)
  }

  /** Somebody else owns the pair: nothing may be said any more, nor told. */
  lose(): void {
    this.#over = true
    this.#stop.abort()
    this.#line.drop(this.#ledger.written, true)
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
    const ledger = this.#ledger
    while (stream.backlog < MOST_BACKLOG && !ledger.isFull) {
      const first = this.#line.next()
      if (first === undefined) break
      const { bytes, entries } = this.#outgoing.write(first, (fits) => this.#line.next(fits), this.#mostBytes)
      if (bytes.length > this.#mostBytes) {
        // XEP-0478 §4: SHOULD NOT be sent; it would end the stream for all.
        this.#line.bounce(first, {
          condition: 'policy-violation',
          text: `that server takes ${this.#mostBytes} bytes at most`,
        })
        continue
      }
      ledger.wrote(entries)
      for (const entry of entries) {
        entry.attempts++
        entry.writtenAt = performance.now()
      }
      this.#context.events.sent()
      if (ledger.management === undefined) stream.write(bytes, () => this.#confirmed(stream))
      else stream.write(bytes)
    }
    this.#ask(stream)
  }

  /** One question at a time: the answer tells of all that was written by then. */
  #ask(stream: XmlStream): void {
    const ledger = this.#ledger
    if (ledger.management === undefined || ledger.isAsked || ledger.written.length === 0) return
    ledger.isAsked = true
    stream.write(requestXml)
  }

  #managed(stream: XmlStream, parsed: ParsedElement): void {
    if (this.#stream !== stream) return
    if (parsed.name === 'r') return stream.write(answerXml(0))
    const h = parsed.name === 'a' ? countIn(parsed) : undefined
    if (h === undefined) return
    const taken = this.#ledger.acknowledged(h)
    // XEP-0198 §6
    if (taken === undefined)
      return stream.close({ condition: 'undefined-condition', text: `it was not sent ${h} stanzas` })
    for (const entry of taken) this.#taken(entry)
    if (this.#ledger.written.length === 0) this.#emptied?.()
    this.#advance()
    // Who says nothing new is asked again by and by.
    if (taken.length > 0) this.#ask(stream)
  }

  /** The kernel has the oldest that was written. */
  #confirmed(stream: XmlStream): void {
    if (this.#stream !== stream) return
    for (const entry of this.#ledger.confirmed()) this.#taken(entry)
    if (!this.#line.isEmpty) this.#advance()
  }

  #taken(entry: Entry): void {
    if (!this.#proven) this.#context.setbacks.worked(this.key)
    this.#proven = true
    this.#line.finish(entry)
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
    const result = await this.#common.open(
      this.#context,
      this,
      { kind: 'carry', resume: this.#resume },
      this.#stop.signal,
    )
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
    this.#goOn(initiation.management)
    this.#proven = false
    this.#everOpen = true
    this.#line.touched = performance.now()
    this.#context.events.opened('out')
    this.#context.log.info('s2s_opened', { domain: this.remote, local: this.local, direction: 'out' })
    if (stream.over) return this.#ended(stream)
    initiation.onEnded = ({ by }) => this.#ended(stream, by !== 'peer' && this.isOpen)
    initiation.onManagement = (parsed) => this.#managed(stream, parsed)
    this.#write()
  }

  /** What the peer had handled of a stream that broke isn't sent again. */
  #goOn(management: Management | undefined): void {
    if (this.#resume !== undefined && management?.h !== undefined) this.#line.handled(this.#resume, management.h)
    if (management?.isResumed) this.#context.events.resumed('out')
    this.#resume = undefined
    this.#ledger = new Ledger(management)
  }

  #close(): void {
    this.#state = 'closing'
    this.#stream?.close()
  }

  /** What the kernel didn't take goes on the next stream, which begins when this one is gone, so that the peer has one after the other. */
  #ended(stream: XmlStream, mayResume = false): void {
    if (this.#stream !== stream) return
    this.#emptied?.()
    if (this.#over) return
    this.#state = 'closing'
    void stream.gone.then(() => {
      if (this.#over) return
      this.#stream = undefined
      this.#state = 'closed'
      this.#resume = mayResume ? this.#ledger.management?.id : undefined
      this.#line.putBack(this.#ledger.written.splice(0))
      // One that ends at once each time is as good as none, and isn't to be opened in a circle.
      if (!this.#proven && !this.#line.isEmpty) return this.#failed(unreachable('the stream ended'))
      this.#line.giveUpOften()
      this.#advance()
    })
  }
}
