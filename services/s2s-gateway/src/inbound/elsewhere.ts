import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import type { Domain } from '@heliograph/jid'
import { within } from '@heliograph/ownership'
import type { GatewayContext } from '../context.ts'
import type { Former, Resumables } from './resumables.ts'

/** The others handle first what had come on a stream. */
const PATIENCE_MS = 4_000
/** Questions under way at once. */
const MOST = 1_000

interface Question {
  /** Gateways that haven't answered. */
  readonly asked: Set<InstanceId>
  readonly settle: (former: Former | undefined) => void
}

/** Asks the other gateways for a stream that broke at one of them and is to go on here, and answers them. */
export class Elsewhere {
  readonly #context: Pick<GatewayContext, 'instance' | 'router' | 'ownership'>
  readonly #resumables: Pick<Resumables, 'take'>
  readonly #questions = new Map<number, Question>()
  #last = 0

  constructor(
    context: Pick<GatewayContext, 'instance' | 'router' | 'ownership'>,
    resumables: Pick<Resumables, 'take'>,
  ) {
    this.#context = context
    this.#resumables = resumables
  }

  /** Undefined when no other gateway has it, or says so in time. */
  async ask(id: string, between: { readonly local: Domain; readonly remote: Domain }): Promise<Former | undefined> {
    const { instance: self, router, ownership } = this.#context
    const others = ownership.members(Kind.domain).flatMap(({ instance }) => (instance === self ? [] : [instance]))
    if (this.#questions.size >= MOST) return undefined
    this.#last++
    const number = this.#last
    const asked = others.filter((instance) => {
      const question = new Envelope(Op.broken)
      question.count = number
      question.recipients = [id, between.local, between.remote]
      return router.tell(instance, question)
    })
    if (asked.length === 0) return undefined
    const { promise, resolve } = Promise.withResolvers<Former | undefined>()
    this.#questions.set(number, { asked: new Set(asked), settle: resolve })
    await within(PATIENCE_MS, promise)
    this.#questions.delete(number)
    resolve(undefined)
    return promise
  }

  /** What another gateway asks or answers. False when it is something else. */
  hears(envelope: Envelope, from: InstanceId): boolean {
    if (envelope.op === Op.broken) void this.#answer(envelope, from)
    else if (envelope.op === Op.found) this.#answered(envelope, from)
    else return false
    return true
  }

  async #answer({ count, recipients = [] }: Envelope, from: InstanceId): Promise<void> {
    const [id = ''] = recipients
    const [local, remote] = recipients.slice(1) as Domain[]
    const former = await this.#resumables.take(id, { local, remote })
    const answer = new Envelope(Op.found)
    answer.count = count
    answer.stream = former?.ingress ?? ''
    answer.ids = former === undefined ? [] : [former.count, former.h]
    this.#context.router.tell(from, answer)
  }

  #answered({ count, stream, ids = [] }: Envelope, from: InstanceId): void {
    const question = this.#questions.get(count)
    if (question === undefined) return
    question.asked.delete(from)
    const [last, h] = ids
    if (last !== undefined && h !== undefined) question.settle({ ingress: stream, count: last, h })
    else if (question.asked.size === 0) question.settle(undefined)
  }
}
