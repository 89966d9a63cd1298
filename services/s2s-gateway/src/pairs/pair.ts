import type { Domain } from '@heliograph/jid'
import { pairKey } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { FederationContext } from '../federation/federation-context.ts'
import { Outgoing } from '../multicast/outgoing.ts'
import { DENIED, type Failure, unreachable } from '../outbound/failure.ts'
import type { Direction } from '../outbound/initiation.ts'
import type { Backlog, Trail } from '../queue/queue-store.ts'
import { Spool } from '../queue/spool.ts'
import { Carriage } from './carriage.ts'
import type { Common } from './common.ts'
import { type Entry, entryOf } from './entry.ts'
import { Line } from './line.ts'
import { Resumption } from './resumption.ts'
import { Succession } from './succession.ts'
import type { Way } from './way.ts'

/** So long a pair is remembered that never had a stream. */
const KNOWN_SECONDS = 60
/** Who sent what was taken so long ago knows that. */
const LATELY_MS = 5_000

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
  readonly #succession: Succession
  readonly #outgoing: Outgoing
  readonly #resumption = new Resumption()
  readonly #stop = new AbortController()
  #state: State = 'closed'
  #carriage: Carriage | undefined
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
    this.#succession = new Succession(keeping?.store, { partition, pair: key })
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
  found(backlog: Backlog | undefined, trail?: Trail): void {
    this.#spool?.found(backlog)
    if (trail !== undefined) this.#line.inherit(this.#succession.inherit(trail), false)
    this.#advance()
  }

  /** Those of one group together. */
  push(...entries: readonly Entry[]): void {
    if (this.#over) return
    const fresh = entries.filter((entry) => this.#line.push(entry, this.#written.length))
    if (fresh.length > 0) this.#advance()
  }

  /** There is a stream of the other server that takes what is sent from here. */
  offered(): void {
    this.#advance()
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
    const written = this.#written
    const takeMs = federation.takeSeconds * 1_000
    // Whoever writes meanwhile: a peer that doesn't take what was written loses its stream, and what can't be written comes back.
    if (this.#carriage?.isLate(now, takeMs)) this.#carriage.stream.destroy()
    const longest = Math.max(takeMs, federation.connectSeconds * 1_000)
    if (this.#line.isDue(now, written)) this.#keep()
    else if (this.#succession.stream === undefined && this.#unanswered.length === 0) this.#succession.forget()
    this.#line.sweep(now, { longest, isOpen: this.isOpen })
    this.#advance()
    const patience = (this.#everOpen ? federation.idleSeconds : KNOWN_SECONDS) * 1_000
    if (written.length > 0 || !this.#line.isEmpty || now - this.#line.touched < patience) return false
    // One that the other server opened, or speaks on, is its own to end.
    if (this.#carriage?.isIdle(now, patience)) void this.#carriage.finish()
    if (this.#state !== 'closed' || this.kept > 0) return false
    // Nobody has sent again what a former owner wrote.
    this.#succession.forget()
    return true
  }

  /** Something else holds for the peer now: its stream ends when it has what was written, and the next is set up by what holds then. */
  async renew(): Promise<void> {
    if (this.#state === 'open') await this.#carriage?.finish()
  }

  /** Writes nothing more, and closes the stream when the peer has what was written. What was not written is its sender's to send to the next owner. */
  async handOver(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    const broken = this.#unanswered
    const stream = this.#resumable
    this.#line.drop([], false)
    const carriage = this.#carriage
    // The peer says what it has first: of what it doesn't acknowledge the next owner asks.
    await carriage?.leave()
    const unanswered = carriage === undefined ? broken : this.#written
    // Closed in order it couldn't be asked about any more.
    if (stream !== undefined && unanswered.length > 0) carriage?.stream.destroy()
    else await carriage?.finish()
    await carriage?.stream.gone
    this.#succession.passOn(stream, unanswered, this.#line.recent.since(performance.now() - LATELY_MS))
    this.#line.drop(this.#written, false)
  }

  /** Somebody else has it: nothing may be said any more. */
  lose(): void {
    this.#over = true
    this.#stop.abort()
    this.#line.drop(this.#written, true)
    this.#carriage?.stream.destroy()
  }

  get #written(): Entry[] {
    return this.#carriage?.written ?? []
  }

  /** By which our stream may be resumed, or the one that broke. */
  get #resumable(): string | undefined {
    return this.#carriage === undefined ? this.#resumption.id : this.#carriage.resumption
  }

  /** By which our stream that broke may be resumed, or that of a former owner be asked about. */
  get #resume(): string | undefined {
    return this.#resumption.id ?? this.#succession.stream
  }

  /** What was written there and isn't taken as far as is known. */
  get #unanswered(): Entry[] {
    const { id } = this.#resumption
    return this.#carriage !== undefined || id === undefined ? this.#written : this.#line.writtenTo(id)
  }

  /** Stores what has waited. Of what was written it is noted where before it is stored, so that whoever is told of it can rely on its not being sent again. */
  #keep(): void {
    const stream = this.#resumable
    if (stream === undefined) return this.#line.keep(this.#written)
    this.#succession.note(stream, this.#unanswered, () => {
      if (!this.#over) this.#line.keep(this.#written, (entry) => this.#succession.isNoted(entry))
    })
  }

  get #wantsStream(): boolean {
    return !this.#line.isEmpty || this.#resumption.isOwed
  }

  #advance(): void {
    if (this.#over || !this.#line.isKnown) return
    if (this.#state === 'open') this.#carriage?.write()
    else if (this.#state === 'closed' && this.#wantsStream) this.#connect()
  }

  #connect(): void {
    const { setbacks, policy, ways } = this.#context
    const isAllowed = policy.of(this.remote).outbound !== undefined
    const setback = isAllowed ? setbacks.of(this.key, performance.now()) : DENIED
    // What is to be asked first is asked on a stream of ours.
    const isToAsk = this.#resume !== undefined && setback === undefined
    const theirs = isAllowed && !isToAsk ? ways.find(this.key) : undefined
    if (theirs !== undefined) return this.#opened(theirs)
    if (setback !== undefined) return this.#line.unreachable(setback)
    if (this.#resumption.isAwaited) return
    this.#state = 'connecting'
    void this.#common.connects.run(() => this.#open())
  }

  async #open(): Promise<void> {
    if (!this.#wantsStream) {
      this.#state = 'closed'
      return
    }
    const received = await this.#resumption.received()
    // What is asked for a former owner comes before what both say.
    const isTwoWay = this.#resumption.id !== undefined || this.#succession.stream === undefined
    const purpose = { kind: 'carry', resume: this.#resume, isTwoWay, received } as const
    const result = await this.#common.open(this.#context, this, purpose, this.#stop.signal)
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

  #opened(way: Way): void {
    const { stream, management } = way
    // Closed in order it couldn't be resumed by the next owner.
    if (this.#over) return management?.isResumed ? stream.destroy() : stream.close()
    if (this.#succession.stream !== undefined && this.#succeeds(way)) return
    this.#state = 'open'
    if (way.isOurs && management?.isResumed) this.#context.events.resumed('out')
    // What isn't handled is counted anew.
    if (this.#resumption.goOn(way, this.#line)) this.#succession.forget()
    const carriage = this.#carriageFor(way)
    this.#carriage = carriage
    this.#everOpen = true
    this.#line.touched = performance.now()
    if (way.isOurs) {
      this.#context.events.opened('out')
      this.#context.log.info('s2s_opened', { domain: this.remote, local: this.local, direction: 'out' })
    } else this.#context.events.twoWay('in')
    if (stream.over) return this.#ended(carriage)
    way.onEnded = ({ by }) => this.#ended(carriage, by !== 'peer' && !carriage.isLeaving)
    way.onManagement = (parsed) => carriage.managed(parsed)
    way.onFinish = () => carriage.leave()
    carriage.write()
  }

  #carriageFor(way: Way): Carriage {
    const [context, remote, line, outgoing] = [this.#context, this.remote, this.#line, this.#outgoing]
    return new Carriage({
      ...{ context, remote, line, outgoing, way },
      worked: () => this.#context.setbacks.worked(this.key),
      advance: () => this.#advance(),
    })
  }

  /**
   * What the peer has of what a former owner wrote isn't sent again. The stream of that one is done with: what the peer still had under way there must not
   * be taken for what comes from us. True if it was resumed, so that another is needed.
   */
  #succeeds({ stream, management }: Way): boolean {
    this.#line.inherit(this.#succession.settle(management?.h), true)
    if (management?.isResumed !== true) return false
    this.#state = 'closing'
    stream.close()
    void stream.gone.then(() => {
      this.#state = 'closed'
      this.#advance()
    })
    return true
  }

  /** What the kernel didn't take goes on the next stream, which begins when this one is gone, so that the peer has one after the other. */
  #ended(carriage: Carriage, mayResume = false): void {
    if (this.#carriage !== carriage) return
    carriage.end()
    if (this.#over) return
    this.#state = 'closing'
    void carriage.stream.gone.then(() => {
      if (this.#over) return
      this.#carriage = undefined
      this.#state = 'closed'
      this.#resumption.ended(carriage, mayResume)
      this.#line.putBack(carriage.written.splice(0))
      // One that ends at once each time is as good as none, and isn't to be opened in a circle.
      if (carriage.way.isOurs && !carriage.isProven && !this.#line.isEmpty)
        return this.#failed(unreachable('the stream ended'))
      this.#line.giveUpOften()
      this.#advance()
    })
  }
}
