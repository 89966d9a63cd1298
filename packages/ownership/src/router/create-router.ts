import { Envelope, type InstanceId, type Kind, type Links, Op } from '@heliograph/bus'
import type { Telemetry } from '@heliograph/telemetry'
import { type Clock, systemClock } from '../clock.ts'
import type { Owner, Ownership } from '../ownership.ts'
import { Answers } from './answers.ts'
import { Emissions } from './emission.ts'
import { Inbox } from './inbox.ts'
import { Multicasts } from './multicasts.ts'
import { Numbers } from './numbers.ts'
import { Outbox } from './outbox.ts'
import type { Outcome, Router, Serve } from './router.ts'
import { type RouterEvents, routerEvents } from './router-events.ts'

/** How much may be under way. */
export interface RouterBounds {
  /** Unsettled transfers, and as many multicasts. Default 65 536. */
  readonly outstanding?: number
  /** Unsettled envelopes to one partition. Default 8192. */
  readonly perPartition?: number
  /** Received envelopes that wait for one partition to load. Default 4096. */
  readonly held?: number
  /** Multicasts that wait for one instance whose queue is full. Default 1024. */
  readonly perInstance?: number
}

export interface RouterOptions {
  readonly links: Pick<Links, 'instance' | 'send' | 'beforeFlush' | 'receive'>
  readonly ownership: Ownership
  /** How long an envelope waits for an owner. Default 30 000. */
  readonly handOverMs?: number
  readonly bounds?: RouterBounds
  readonly telemetry: Pick<Telemetry, 'log' | 'metrics'>
  /** For tests. */
  readonly clock?: Clock
}

/** Routes over these links. It becomes their one receiver. Make it, and register handlers, before ownership starts. */
export function createRouter(options: RouterOptions): Router {
  return new LinkRouter(options)
}

class LinkRouter implements Router {
  readonly #links: Pick<Links, 'send' | 'beforeFlush'>
  readonly #answers: Answers
  readonly #emissions: Emissions
  readonly #inbox: Inbox
  readonly #outbox: Outbox
  readonly #multicasts: Multicasts

  constructor(options: RouterOptions) {
    const { links, ownership, telemetry, handOverMs = 30_000, clock = systemClock, bounds = {} } = options
    const { outstanding = 65_536, perPartition = 8192, held = 4096, perInstance = 1024 } = bounds
    const events: RouterEvents = routerEvents(telemetry.metrics, {
      outstanding: () => this.outstanding,
      held: () => this.#inbox.held,
      sends: () => this.#outbox.sendsWaiting,
      answers: () => this.#answers.waiting,
    })
    const numbers = new Numbers()
    const emissions = new Emissions(ownership.kind)
    const shared = { links, clock, ownership, numbers, emissions, events, log: telemetry.log, bound: outstanding }
    this.#links = links
    this.#emissions = emissions
    this.#answers = new Answers(links, clock)
    this.#inbox = new Inbox({ ownership, answers: this.#answers, events, holdBound: held })
    this.#outbox = new Outbox({ ...shared, handOverMs, routeBound: perPartition })
    this.#multicasts = new Multicasts({ ...shared, waitBound: perInstance })
    ownership.onDeparture((instance) => this.#departed(instance))
    links.receive((from, envelope) => this.#receive(from, envelope))
  }

  get outstanding(): number {
    return this.#outbox.size + this.#multicasts.size
  }

  send(kind: Kind, key: string, envelope: Envelope): void {
    this.#outbox.post(kind, key, envelope, undefined)
  }

  transfer(kind: Kind, key: string, envelope: Envelope, settle: (outcome: Outcome) => void): void {
    this.#outbox.post(kind, key, envelope, settle)
  }

  multicast(to: InstanceId, envelope: Envelope, settle: (strays: readonly string[]) => void): void {
    this.#multicasts.send(to, envelope, settle)
  }

  tell(to: InstanceId, envelope: Envelope): boolean {
    return this.#links.send(to, envelope)
  }

  beforeFlush(task: () => void): void {
    this.#links.beforeFlush(task)
  }

  receipt(from: InstanceId, transfer: number): void {
    this.#answers.receipt(from, transfer)
  }

  strays(from: InstanceId, transfer: number, recipients: readonly string[]): void {
    const answer = new Envelope(Op.moved)
    answer.transfer = transfer
    answer.recipients = recipients
    this.#answers.refuse(from, answer)
  }

  serve(handler: Serve): void {
    this.#inbox.serve = handler
  }

  serveInstance(handler: Serve): void {
    this.#inbox.serveInstance = handler
  }

  onRoute(kind: Kind, handler: (partition: number, owner: Owner) => void): void {
    this.#outbox.onRoute(kind, handler)
  }

  settled(partition: number): Promise<void> {
    return this.#emissions.settled(partition)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#outbox.stop()
    this.#multicasts.stop()
    this.#answers.stop()
    return Promise.resolve()
  }

  #receive(from: InstanceId, envelope: Envelope): void {
    if (envelope.op === Op.receipt) {
      for (const id of envelope.ids ?? []) if (!this.#outbox.taken(id)) this.#multicasts.taken(id)
    } else if (envelope.op !== Op.moved) this.#inbox.receive(from, envelope)
    else if (envelope.recipients) this.#multicasts.strays(envelope.transfer, envelope.recipients)
    else this.#outbox.moved(from, envelope)
  }

  #departed(instance: InstanceId): void {
    this.#answers.forget(instance)
    this.#inbox.forget(instance)
    this.#outbox.departed(instance)
    this.#multicasts.departed(instance)
  }
}
