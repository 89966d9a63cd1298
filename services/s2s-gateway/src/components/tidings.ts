import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import type { Domain } from '@heliograph/jid'
import type { GatewayContext } from '../context.ts'
import type { Directory, Held } from './directory.ts'

/** Tells the other gateways which streams this one holds, each time that changes and until they have heard it. */
export class Tidings {
  readonly #context: Pick<GatewayContext, 'instance' | 'router' | 'ownership'>
  readonly #directory: Directory
  /** The version each has heard. */
  readonly #told = new Map<InstanceId, number>()
  readonly #telling = new Set<InstanceId>()
  #held: readonly Held[] = []
  #version = 0

  constructor(context: Pick<GatewayContext, 'instance' | 'router' | 'ownership'>, directory: Directory) {
    this.#context = context
    this.#directory = directory
  }

  /** What this gateway holds from now on. */
  holds(held: readonly Held[]): void {
    this.#held = held
    this.#version++
    this.#directory.learn(this.#context.instance, this.#version, held)
    this.tell()
  }

  /** Tells those who haven't heard: also who came new. Called again and again. */
  tell(): void {
    if (this.#version === 0) return
    const { instance: self, ownership } = this.#context
    for (const { instance } of ownership.members(Kind.domain)) {
      if (instance === self || this.#telling.has(instance) || this.#told.get(instance) === this.#version) continue
      this.#send(instance)
    }
  }

  /** What another gateway has told. */
  hear({ recipients = [], ids = [], transfer }: Envelope, from: InstanceId): void {
    const [version = 0, ...numbers] = ids
    const domains = recipients.slice(1) as Domain[]
    this.#directory.learn(
      from,
      version,
      domains.map((domain, at) => ({ domain, number: numbers[at]! })),
    )
    this.#context.router.receipt(from, transfer)
  }

  forget(instance: InstanceId): void {
    this.#told.delete(instance)
    this.#telling.delete(instance)
    this.#directory.forget(instance)
  }

  #send(to: InstanceId): void {
    const version = this.#version
    const envelope = new Envelope(Op.streams)
    envelope.recipients = [this.#context.instance, ...this.#held.map(({ domain }) => domain)]
    envelope.ids = [version, ...this.#held.map(({ number }) => number)]
    this.#telling.add(to)
    this.#context.router.multicast(to, envelope, (strays) => {
      // Not heard: the next round tells it, if it is still there.
      if (!this.#telling.delete(to) || strays.length > 0) return
      this.#told.set(to, version)
      this.tell()
    })
  }
}
