import { setTimeout as sleep } from 'node:timers/promises'
import type { BareJid } from '@heliograph/jid'
import { Mailbox } from '@heliograph/ownership'
import { hop } from '@heliograph/telemetry'
import { type Change, supersede } from './change.ts'
import type { FanoutContext } from './context.ts'
import { fan } from './fan.ts'
import { FlapDamper } from './flap-damper.ts'

const RETRY_MS = 250
const BOUND = 1000
const MOST_OUTLETS = 2000

interface Watchers {
  readonly version: number
  readonly subscribers: readonly BareJid[]
  readonly subscribedTo: readonly BareJid[]
}

/** One resource's presence on its way out. */
interface Outlet {
  readonly damper: FlapDamper
  sent: number
  /** Held back by damping; newer changes replace it. */
  pending: Change | undefined
  timer: NodeJS.Timeout | undefined
}

/** A user whose presence is sent out here. Changes of one resource go out in order of their revisions. */
export class Publisher {
  readonly jid: BareJid
  readonly #context: FanoutContext
  readonly #outlets = new Map<string, Outlet>()
  readonly #work: Mailbox<Change>
  #watchers: Watchers | undefined
  #underWay = 0
  readonly #drained: (() => void)[] = []

  constructor(jid: BareJid, context: FanoutContext) {
    this.jid = jid
    this.#context = context
    this.#work = new Mailbox<Change>({
      handle: (change) => this.#send(change),
      failed: (error) => context.log.error('fanout_failed', { jid, error }),
      bound: BOUND,
    })
  }

  /** Nothing is waiting or under way: it may leave memory. */
  get idle(): boolean {
    return this.#underWay === 0 && !this.#work.busy && [...this.#outlets.values()].every(({ pending }) => !pending)
  }

  /** Changes and probes that wait for the watchers to be read, or for the end of a window. */
  get waiting(): number {
    let held = 0
    for (const { pending } of this.#outlets.values()) if (pending) held++
    return this.#work.depth + held
  }

  probe(change: Change): void {
    // The owner of the asker asks again when nobody confirms: after a change of owner.
    if (!this.#work.push(change)) this.#context.events.refused()
  }

  /** What happened at a node of the publisher's. It is stored there: where too much waits contacts find it, and nobody is kept waiting. */
  news(change: Change): void {
    if (this.#work.push(change)) return
    this.#context.events.refused()
    this.#receipt(change)
  }

  change(change: Change): void {
    const outlet = this.#outlet(change.stanza.from!)
    if (change.revision <= Math.max(outlet.sent, outlet.pending?.revision ?? 0)) {
      this.#context.events.repeated()
      return this.#repeat(outlet, change)
    }
    if (outlet.pending) {
      this.#context.events.damped()
      outlet.pending = supersede(outlet.pending, change)
      return
    }
    const delay = outlet.damper.delay(performance.now())
    if (delay === 0) return this.#release(outlet, change)
    outlet.pending = change
    outlet.timer = setTimeout(() => this.#flush(outlet), delay)
  }

  /** The partition went elsewhere: its next owner is sent everything again. */
  stop(): void {
    for (const outlet of this.#outlets.values()) {
      clearTimeout(outlet.timer)
      outlet.pending = undefined
    }
  }

  /** Sends at once what damping holds back, as before a hand-over, and resolves when every destination has taken all of it. */
  async flush(): Promise<void> {
    for (const outlet of this.#outlets.values()) if (outlet.pending) this.#flush(outlet)
    await this.#work.settled()
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#drained.push(resolve))
  }

  /** What an owner sends again after a change of owner was seen before; it is answered when the newest is out. */
  #repeat(outlet: Outlet, change: Change): void {
    if (outlet.pending)
      // Whom it must not reach may have changed meanwhile.
      outlet.pending = {
        ...outlet.pending,
        except: change.except,
        receipts: [...outlet.pending.receipts, ...change.receipts],
      }
    else this.#receipt(change)
  }

  #flush(outlet: Outlet): void {
    clearTimeout(outlet.timer)
    const change = outlet.pending
    outlet.pending = undefined
    if (!change || !this.#context.serves(this.jid)) return
    outlet.damper.delay(performance.now())
    this.#release(outlet, change)
  }

  #release(outlet: Outlet, change: Change): void {
    outlet.sent = change.revision
    if (change.stanza.type === 'unavailable') this.#forgetLater(outlet, change)
    if (!this.#work.push(change)) this.#holdBack(outlet, change)
  }

  /** Too much waits for the watchers to be read: only the newest of each resource is kept, and offered again. */
  #holdBack(outlet: Outlet, change: Change): void {
    clearTimeout(outlet.timer)
    outlet.pending = change
    outlet.timer = setTimeout(() => this.#flush(outlet), RETRY_MS)
  }

  /** A resource that left needs no outlet once its flapping is over. */
  #forgetLater(outlet: Outlet, change: Change): void {
    outlet.timer = setTimeout(() => {
      if (!outlet.pending && outlet.sent === change.revision) this.#outlets.delete(change.stanza.from!)
    }, this.#context.config.flapWindowMs * 2)
    outlet.timer.unref()
  }

  #outlet(resource: string): Outlet {
    let outlet = this.#outlets.get(resource)
    if (!outlet) {
      if (this.#outlets.size >= MOST_OUTLETS) this.#forgetOldest()
      const { flapBurst, flapWindowMs } = this.#context.config
      outlet = { damper: new FlapDamper(flapBurst, flapWindowMs), sent: 0, pending: undefined, timer: undefined }
      this.#outlets.set(resource, outlet)
    }
    return outlet
  }

  /** Resources whose end nobody told, as when their owner died: a later change of one of them only counts as its first. */
  #forgetOldest(): void {
    for (const [resource, { pending }] of this.#outlets) {
      if (pending) continue
      this.#outlets.delete(resource)
      return
    }
  }

  #send(change: Change): void | Promise<void> {
    const watchers = this.#watchers
    if (watchers && watchers.version >= change.rosterVersion) return this.#fan(change, watchers)
    return this.#load(change).then((loaded) => {
      if (loaded) this.#fan(change, loaded)
    })
  }

  #fan(change: Change, watchers: Watchers): void {
    const all = change.stanza.type === 'probe' ? watchers.subscribedTo : (change.only ?? watchers.subscribers)
    const to = change.except === undefined ? all : without(all, new Set(change.except))
    const span = hop(this.#context.tracing, 'fanout', change.trace)
    this.#underWay++
    const isNewest = () =>
      (this.#outlets.get(change.stanza.from!)?.sent ?? 0) <= change.revision || change.revision === 0
    fan(this.#context, { publisher: this.jid, change: { ...change, trace: span.trace }, isNewest }, to, (complete) => {
      this.#underWay--
      span.end()
      this.#context.events.lag((performance.now() - change.arrived) / 1000)
      if (complete) this.#receipt(change)
      if (this.#underWay === 0) for (const resolve of this.#drained.splice(0)) resolve()
    })
  }

  /** Waits for the database as long as the publisher is ours: presence that nobody was told stays unreceipted at its owner. */
  async #load(change: Change): Promise<Watchers | undefined> {
    while (this.#context.serves(this.jid)) {
      try {
        this.#watchers = await this.#context.rosters.watchers(this.jid)
        return this.#watchers
      } catch (error) {
        this.#context.log.warn('watchers_wait', { jid: this.jid, error })
        // A slightly old list is better than silence while the database is away.
        if (this.#watchers) return this.#watchers
        await sleep(RETRY_MS)
      }
    }
    this.#context.log.info('fanout_abandoned', { jid: this.jid, receipts: change.receipts.length })
    return undefined
  }

  #receipt(change: Change): void {
    for (const { from, transfer } of change.receipts) this.#context.router.receipt(from, transfer)
  }
}

function without(watchers: readonly string[], excepted: ReadonlySet<string>): readonly string[] {
  return watchers.filter((watcher) => !excepted.has(watcher))
}
