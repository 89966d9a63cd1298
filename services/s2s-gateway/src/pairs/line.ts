import type { Ingress } from '../bring-in.ts'
import { type Failure, unreachable } from '../outbound/failure.ts'
import { isDurable, isState } from '../queue/durable.ts'
import type { Fate } from '../queue/queue-store.ts'
import { includes } from '../streams/management.ts'
import { type Entry, isTriedEnough, tellSenders } from './entry.ts'
import { giveBack } from './give-back.ts'
import { Latest } from './latest.ts'
import type { LineOptions } from './line-options.ts'
import { Portion } from './portion.ts'
import { Recent } from './recent.ts'

/** Stanzas that may wait in memory for one pair. */
const MOST_WAITING = 4_000
/** What is still here then is stored. */
const STORE_AFTER_MS = 1_000

const TOO_MUCH = unreachable('too much waits for that server')

/**
 * What waits for a pair, in order: what was written in vain, what is kept in the database, what is in memory alone. Whatever waits longer than a moment and
 * is worth it is stored; then its sender is told that it was taken.
 */
export class Line {
  readonly #options: LineOptions
  readonly recent = new Recent()
  readonly #portion: Portion
  readonly #latest = new Latest()
  /** Comes before what is in the database, or was read from there. */
  readonly #first: Entry[] = []
  readonly #waiting: Entry[] = []
  /** When something was taken or came back last. */
  touched = performance.now()
  #isSilent = false

  constructor(options: LineOptions) {
    this.#options = options
    this.#portion = new Portion(options.shares, options.remote)
  }

  /** Stanzas in memory. */
  get waiting(): number {
    return this.#first.length + this.#waiting.length
  }

  /** Stanzas that are kept in the database. */
  get kept(): number {
    return this.#options.spool?.stanzas ?? 0
  }

  /** Whether there is nothing for which a stream is wanted. */
  get isEmpty(): boolean {
    return this.waiting === 0 && this.#latest.size === 0 && this.#options.spool?.hasMore !== true
  }

  /** Whether what former owners left is known. */
  get isKnown(): boolean {
    return this.#options.spool?.isKnown !== false
  }

  /** False for what came before, or comes back at once. */
  push(entry: Entry, written: number): boolean {
    const { context, spool } = this.#options
    const known = this.recent.find(entry.key)
    if (known !== undefined) {
      context.events.repeated()
      if (known === 'done' || known.isStored) tellSenders(entry)
      else known.taken.push(...entry.taken)
      return false
    }
    this.recent.add(entry)
    if (this.waiting + written >= MOST_WAITING || !this.#portion.take(entry)) {
      context.events.full()
      this.#giveBack(entry, TOO_MUCH)
      return false
    }
    this.#waiting.push(entry)
    // In its order behind what is there already.
    if (spool?.hasMore) this.keep([])
    return true
  }

  /** What is to be written next, if it fits. */
  next(fits: (entry: Entry) => boolean = () => true): Entry | undefined {
    for (let entry = this.#first[0]; entry !== undefined; entry = this.#first[0]) {
      const isPast = this.#isPast(entry.seq)
      if (!isPast && !fits(entry)) return undefined
      this.#first.shift()
      if (!isPast) return entry
      this.#expire(entry)
    }
    if (this.#options.spool?.hasMore) {
      void this.#read()
      return undefined
    }
    if (this.#latest.size > 0) return this.#latest.take(fits)
    const [entry] = this.#waiting
    return entry !== undefined && fits(entry) ? this.#waiting.shift() : undefined
  }

  /** A stream ended before these were taken: they come before all else. */
  putBack(entries: Entry[]): void {
    this.#first.unshift(...entries)
  }

  /** The other server has handled what was written to a stream that broke, up to this count. */
  handled(id: string, h: number): void {
    for (const entry of this.#first.splice(0)) {
      const { mark } = entry
      if (mark?.id === id && includes(h, mark.count)) this.finish(entry)
      else this.#first.push(entry)
    }
  }

  /** What was written to a stream that broke and isn't handled, as far as is known. */
  writtenTo(id: string): Entry[] {
    return this.#first.filter(({ mark }) => mark?.id === id)
  }

  /** A former owner relieved the senders of these; where `isSent` as the other server has them. */
  inherit(keys: readonly string[], isSent: boolean): void {
    if (isSent) this.recent.hadSent(keys)
    this.recent.remember(keys)
    const known = new Set(keys)
    this.#divide((entry) => {
      if (!known.has(entry.key)) return true
      this.finish(entry)
      return false
    })
  }

  /** Whether something has been here for so long that it is to be stored. */
  isDue(now: number, written: readonly Entry[]): boolean {
    const oldest = written[0] ?? this.#first[0] ?? this.#waiting[0]
    return oldest !== undefined && now - oldest.since >= STORE_AFTER_MS
  }

  /** Stores, in order, all that is worth it, up to what may not be yet. */
  keep(written: readonly Entry[], may: (entry: Entry) => boolean = () => true): void {
    const { spool, context } = this.#options
    if (spool === undefined) return
    for (const entry of [...written, ...this.#first, ...this.#waiting]) {
      if (entry.seq !== 0 || entry.isRefused || !isDurable(entry.stanza)) continue
      if (!may(entry)) return
      if (!spool.hasRoomFor(entry) || !spool.store(entry, (fate) => this.#stored(entry, fate))) return
      context.events.kept()
    }
  }

  /** The server can't be reached: what can't wait comes back. */
  unreachable(failure: Failure): void {
    const mayWait = failure.condition === 'remote-server-timeout' && this.#options.spool !== undefined
    if (mayWait) this.keep([])
    this.#divide((entry) => {
      if (entry.seq !== 0) return true
      if (mayWait && isState(entry.stanza)) this.#latest.put(this.#settled(entry))
      else this.bounce(entry, mayWait && isDurable(entry.stanza) ? TOO_MUCH : failure)
      return false
    })
  }

  /** Streams ended on these again and again. */
  giveUpOften(): void {
    this.#divide((entry) => {
      if (!isTriedEnough(entry)) return true
      this.bounce(entry, unreachable('streams ended on it'))
      return false
    })
  }

  /** What is due by the clock. */
  sweep(now: number, { longest, isOpen }: { longest: number; isOpen: boolean }): void {
    if (!isOpen) this.#release()
    this.#divide((entry) => {
      if (entry.seq !== 0 || now - entry.since <= longest) return true
      this.bounce(entry, unreachable('it took too long'))
      return false
    })
    const { queueSeconds } = this.#options.context.config.federation
    this.#latest.forgetBefore(now - queueSeconds * 1_000)
    if (isOpen) return
    const { spool } = this.#options
    while (this.#first[0] !== undefined && this.#isPast(this.#first[0].seq)) this.#expire(this.#first.shift()!)
    if (this.#first.length === 0 && spool?.hasMore && this.#isPast(spool.oldest)) void this.#read()
  }

  /** Another server took it, or its sender has it back. */
  finish(entry: Entry): void {
    this.touched = performance.now()
    this.#settled(entry)
    this.#over(entry)
  }

  bounce(entry: Entry, failure: Failure): void {
    this.#portion.leave(entry)
    this.#giveBack(entry, failure)
  }

  /** Nothing more goes from here: what isn't stored is its sender's to send to the next owner. When `silent` nobody may be told any more. */
  drop(written: Entry[], silent: boolean): void {
    if (silent) this.#isSilent = true
    const all = [...written.splice(0), ...this.#first.splice(0), ...this.#waiting.splice(0)]
    for (const entry of all) this.#portion.leave(entry)
  }

  #stored(entry: Entry, fate: Fate): void {
    const { spool } = this.#options
    if (fate === 'lost' || this.#isSilent || spool === undefined) return
    if (fate === 'refused') {
      entry.isRefused = true
      spool.refused(entry)
      return
    }
    entry.isStored = true
    tellSenders(entry)
    if (entry.isOver) spool.remove(entry)
    else this.#release()
  }

  /** What is stored and can't be written now needn't be in memory. */
  #release(): void {
    const { spool } = this.#options
    for (let entry = this.#waiting[0]; entry?.isStored; entry = this.#waiting[0]) {
      this.#waiting.shift()
      spool?.release(entry)
      this.#portion.leave(entry)
      this.recent.done(entry)
    }
  }

  async #read(): Promise<void> {
    const { context, spool, partition, more } = this.#options
    try {
      const entries = (await spool?.next()) ?? []
      for (const entry of entries) {
        if (this.recent.wasSent(entry.key)) this.finish(entry)
        else this.#bring(entry)
      }
      if (entries.length > 0) more()
    } catch (error) {
      context.log.warn('s2s_queue_unread', { partition, error })
    }
  }

  /** It was read. If its sender sent it again, too, that is done with. */
  #bring(entry: Entry): void {
    const known = this.recent.find(entry.key)
    const at = known === undefined || known === 'done' ? -1 : this.#waiting.indexOf(known)
    for (const repeated of at < 0 ? [] : this.#waiting.splice(at, 1)) {
      this.#portion.leave(repeated)
      tellSenders(repeated)
      this.#over(repeated)
    }
    this.recent.add(entry)
    this.#first.push(entry)
  }

  #divide(stays: (entry: Entry) => boolean): void {
    for (const entries of [this.#first, this.#waiting]) {
      const all = entries.splice(0)
      for (const entry of all) if (stays(entry)) entries.push(entry)
    }
  }

  #isPast(seq: number): boolean {
    return seq !== 0 && Date.now() - seq / 1_000 > this.#options.context.config.federation.queueSeconds * 1_000
  }

  #expire(entry: Entry): void {
    const { context, key } = this.#options
    context.events.expired()
    this.#portion.leave(entry)
    const failure = unreachable('the server could not be reached in time')
    // In their order, so that the next owner's repetition is known by it.
    this.#giveBack(entry, failure, { stream: `s2s-queue ${key}`, count: entry.seq })
  }

  /** Who sent it is told that it was taken when the error is, and until then it may come again. */
  #giveBack(entry: Entry, failure: Failure, ingress?: Ingress): void {
    const { context, partition } = this.#options
    this.touched = performance.now()
    const { stanza } = entry
    const told = (): void => this.finish(entry)
    if (giveBack(context, { stanza, partition, ingress }, failure, told)) context.events.bounced()
  }

  #settled(entry: Entry): Entry {
    this.#portion.leave(entry)
    this.recent.done(entry)
    tellSenders(entry)
    return entry
  }

  #over(entry: Entry): void {
    entry.isOver = true
    if (entry.isStored) this.#options.spool?.remove(entry)
  }
}
