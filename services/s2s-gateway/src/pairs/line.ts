import type { Ingress } from '../bring-in.ts'
import { type Failure, unreachable } from '../outbound/failure.ts'
import { isDurable, isState } from '../queue/durable.ts'
import type { Fate } from '../queue/queue-store.ts'
import { includes } from '../streams/management.ts'
import type { Entry } from './entry.ts'
import { giveBack } from './give-back.ts'
import { Latest } from './latest.ts'
import type { LineOptions } from './line-options.ts'
import { Recent } from './recent.ts'

/** Stanzas that may wait in memory for one pair. */
const MOST_WAITING = 4_000
/** What a stanza costs beside its payload. */
const OVERHEAD = 512
/** What is still here then is stored. */
const STORE_AFTER_MS = 1_000
/** A stanza that ends every stream it is written to is given up; one that outlives us is tried more often, as it may be the streams' fault. */
const MOST_ATTEMPTS = { inMemory: 3, stored: 10 }

const TOO_MUCH = unreachable('too much waits for that server')

/**
 * What waits for a pair, in order: what was written in vain, what is kept in the database, what is in memory alone. Whatever waits longer than a moment and
 * is worth it is stored; then its sender is told that it was taken.
 */
export class Line {
  readonly #options: LineOptions
  readonly #recent = new Recent()
  readonly #latest = new Latest()
  /** Comes before what is in the database, or was read from there. */
  readonly #first: Entry[] = []
  readonly #waiting: Entry[] = []
  /** When something was taken or came back last. */
  touched = performance.now()
  #isSilent = false

  constructor(options: LineOptions) {
    this.#options = options
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
    const { context, remote, shares, spool } = this.#options
    const known = this.#recent.find(entry.key)
    if (known !== undefined) {
      context.events.repeated()
      if (known === 'done' || known.isStored) for (const tell of entry.taken) tell()
      else known.taken.push(...entry.taken)
      return false
    }
    this.#recent.add(entry)
    const share = entry.bytes + OVERHEAD
    if (this.waiting + written >= MOST_WAITING || !shares.take(remote, share)) {
      context.events.full()
      this.#giveBack(entry, TOO_MUCH)
      return false
    }
    entry.share = share
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

  /** Stores, in order, all that is worth it. */
  keep(written: readonly Entry[]): void {
    const { spool, context } = this.#options
    if (spool === undefined) return
    for (const entry of [...written, ...this.#first, ...this.#waiting]) {
      if (entry.seq !== 0 || entry.isRefused || !isDurable(entry.stanza)) continue
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
      if (entry.attempts < MOST_ATTEMPTS[entry.seq === 0 ? 'inMemory' : 'stored']) return true
      this.bounce(entry, unreachable('streams ended on it'))
      return false
    })
  }

  /** What is due by the clock. */
  sweep(
    now: number,
    { written, longest, isOpen }: { written: readonly Entry[]; longest: number; isOpen: boolean },
  ): void {
    const oldest = written[0] ?? this.#waiting[0]
    if (oldest !== undefined && now - oldest.since >= STORE_AFTER_MS) this.keep(written)
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
    this.#leave(entry)
    this.#giveBack(entry, failure)
  }

  /** Nothing more goes from here: what isn't stored is its sender's to send to the next owner. When `silent` nobody may be told any more. */
  drop(written: Entry[], silent: boolean): void {
    if (silent) this.#isSilent = true
    for (const entry of [...written.splice(0), ...this.#first.splice(0), ...this.#waiting.splice(0)]) this.#leave(entry)
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
    this.#tell(entry)
    if (entry.isOver) spool.remove(entry)
    else this.#release()
  }

  /** What is stored and can't be written now needn't be in memory. */
  #release(): void {
    const { spool } = this.#options
    for (let entry = this.#waiting[0]; entry?.isStored; entry = this.#waiting[0]) {
      this.#waiting.shift()
      spool?.release(entry)
      this.#leave(entry)
      this.#recent.done(entry)
    }
  }

  async #read(): Promise<void> {
    const { context, spool, partition, more } = this.#options
    try {
      const entries = (await spool?.next()) ?? []
      for (const entry of entries) {
        const known = this.#recent.find(entry.key)
        if (known !== undefined && known !== 'done') this.#isThere(known)
        this.#recent.add(entry)
        this.#first.push(entry)
      }
      if (entries.length > 0) more()
    } catch (error) {
      context.log.warn('s2s_queue_unread', { partition, error })
    }
  }

  /** Its sender sent again what a former owner had stored. */
  #isThere(repeated: Entry): void {
    const at = this.#waiting.indexOf(repeated)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    this.#leave(repeated)
    this.#tell(repeated)
    this.#over(repeated)
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
    this.#leave(entry)
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
    this.#leave(entry)
    this.#recent.done(entry)
    this.#tell(entry)
    return entry
  }

  #over(entry: Entry): void {
    entry.isOver = true
    if (entry.isStored) this.#options.spool?.remove(entry)
  }

  #leave(entry: Entry): void {
    const { shares, remote } = this.#options
    if (entry.share > 0) shares.leave(remote, entry.share)
    entry.share = 0
  }

  #tell({ taken }: Entry): void {
    for (const tell of taken.splice(0)) tell()
  }
}
