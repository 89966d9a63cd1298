import type { Domain } from '@heliograph/jid'
import type { ParsedElement } from '@heliograph/xml'
import type { FederationContext } from '../federation/federation-context.ts'
import { refusal } from '../federation/refusal.ts'
import { patiently } from '../hand-over.ts'
import type { Outgoing } from '../multicast/outgoing.ts'
import type { Failure } from '../outbound/failure.ts'
import { answerXml, countIn, requestXml } from '../streams/management.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Entry } from './entry.ts'
import { Ledger } from './ledger.ts'
import type { Line } from './line.ts'
import type { Way } from './way.ts'

/** Written and not taken by the kernel: past this nothing more is written. */
const MOST_BACKLOG = 1_048_576

export interface CarriageOptions {
  readonly context: FederationContext
  readonly remote: Domain
  readonly line: Line
  readonly outgoing: Outgoing
  readonly way: Way
  /** Something was taken for the first time. */
  readonly worked: () => void
  /** There is room again. */
  readonly advance: () => void
}

/** One stream to another server: what is written on it, and what of that was taken. */
export class Carriage {
  readonly stream: XmlStream
  readonly way: Way
  readonly #options: CarriageOptions
  readonly #ledger: Ledger
  /** Whether anything was taken. */
  isProven = false
  #isOver = false
  #left: Promise<void> | undefined
  #emptied: (() => void) | undefined

  constructor(options: CarriageOptions) {
    this.#options = options
    this.way = options.way
    this.stream = options.way.stream
    this.#ledger = new Ledger(options.way.management)
  }

  /** What was written and isn't taken, in order. */
  get written(): Entry[] {
    return this.#ledger.written
  }

  /** By which we may resume it. */
  get resumption(): string | undefined {
    return this.way.isOurs ? this.way.management?.id : undefined
  }

  /** Writes what waits, as far as there is room. */
  write(): void {
    const { context, remote, line } = this.#options
    const { mostBytes } = this.way
    const { outbound } = context.policy.of(remote)
    const [stream, ledger] = [this.stream, this.#ledger]
    if (outbound === undefined || this.isLeaving) return
    while (stream.backlog < MOST_BACKLOG && !ledger.isFull) {
      if (context.allowances.out.owed(remote, outbound.rates) > 0) break
      const first = line.next()
      if (first === undefined) break
      const failure = refusal(outbound, first.stanza) ?? this.#put(first, Math.min(mostBytes, outbound.mostBytes))
      if (failure !== undefined) line.bounce(first, failure)
    }
    this.#ask()
  }

  /** What comes of stream management. */
  managed(parsed: ParsedElement): void {
    if (this.#isOver) return
    if (parsed.name === 'r') return this.stream.write(answerXml(0))
    const h = parsed.name === 'a' ? countIn(parsed) : undefined
    if (h === undefined) return
    const taken = this.#ledger.acknowledged(h)
    // XEP-0198 §6
    if (taken === undefined)
      return this.stream.close({ condition: 'undefined-condition', text: `it was not sent ${h} stanzas` })
    for (const entry of taken) this.#taken(entry)
    if (this.written.length === 0) this.#emptied?.()
    this.#options.advance()
    // Who says nothing new is asked again by and by.
    if (taken.length > 0) this.#ask()
  }

  /** Whether the peer takes too long. */
  isLate(now: number, takeMs: number): boolean {
    const [oldest] = this.written
    return oldest !== undefined && this.#ledger.isLate(oldest, now, takeMs)
  }

  /** Whether nobody has said anything for so long, and it is ours to close. */
  isIdle(now: number, patience: number): boolean {
    const { isOurs, intake } = this.way
    return isOurs && (intake === undefined || now - intake.heardAt >= patience)
  }

  /** Writes nothing more; ends the stream when the peer has what was written, and what came is where it belongs. */
  async finish(): Promise<void> {
    await this.leave()
    await this.way.finish()
  }

  /** Writes nothing more; resolves when the peer has what was written, or that takes too long. */
  leave(): Promise<void> {
    this.#left ??= patiently(this.emptied())
    return this.#left
  }

  get isLeaving(): boolean {
    return this.#left !== undefined
  }

  /** Resolves when the peer has acknowledged all, or the stream is over; at once where it acknowledges nothing. */
  emptied(): Promise<void> {
    if (this.#ledger.management === undefined || this.written.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied = resolve
    })
  }

  /** Nothing more is taken on it. */
  end(): void {
    this.#isOver = true
    this.#emptied?.()
  }

  /** Writes it, and with it what may go in the same stanza. Returns why not. */
  #put(first: Entry, mostBytes: number): Failure | undefined {
    const { context, remote, line, outgoing } = this.#options
    const { bytes, entries } = outgoing.write(first, (fits) => line.next(fits), mostBytes)
    // XEP-0478 §4: SHOULD NOT be sent; it would end the stream for all.
    if (bytes.length > mostBytes)
      return { condition: 'policy-violation', text: `that server takes ${mostBytes} bytes at most` }
    context.allowances.out.spend(remote, context.policy.of(remote).outbound?.rates, bytes.length)
    this.#ledger.wrote(entries)
    for (const entry of entries) {
      entry.attempts++
      entry.writtenAt = performance.now()
    }
    context.events.sent()
    if (this.#ledger.management === undefined) this.stream.write(bytes, () => this.#confirmed())
    else this.stream.write(bytes)
    return undefined
  }

  /** One question at a time: the answer tells of all that was written by then. */
  #ask(): void {
    const ledger = this.#ledger
    if (ledger.management === undefined || ledger.isAsked || this.written.length === 0) return
    ledger.isAsked = true
    this.stream.write(requestXml)
  }

  /** The kernel has the oldest stanza. */
  #confirmed(): void {
    if (this.#isOver) return
    for (const entry of this.#ledger.confirmed()) this.#taken(entry)
    if (!this.#options.line.isEmpty) this.#options.advance()
  }

  #taken(entry: Entry): void {
    if (!this.isProven) this.#options.worked()
    this.isProven = true
    this.#options.line.finish(entry)
  }
}
