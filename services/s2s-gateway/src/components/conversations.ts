import type { Envelope, InstanceId } from '@heliograph/bus'
import { bareOf, type Domain, domainOf, trusted } from '@heliograph/jid'
import { errorReply, type StanzaError, stanzaError } from '@heliograph/stanza'
import { answerFrom } from '../bring-in.ts'
import { Shares } from '../shares.ts'
import type { ComponentsContext } from './context.ts'
import { Conversation, type Item } from './conversation.ts'
import type { BounceReason } from './events.ts'

/** What may wait here for all components together. Past a component's share of it stanzas are bounced. */
const MOST = { stanzas: 16_384, bytes: 67_108_864 }
/** How long a part of this server is waited for, where no instance has it. */
const OWN_WAIT_MS = 5_000
/** What an item costs beside its payload. */
const OVERHEAD = 512

const ERRORS: Readonly<Record<BounceReason, StanzaError>> = {
  // RFC 6120 §8.3.3.17: it may be back soon.
  absent: stanzaError('remote-server-timeout', { text: 'the service is not connected' }),
  full: stanzaError('resource-constraint', { text: 'the service has too much to do' }),
}

/** Stanzas for components whose (local, component) pairs are owned here, on their way to the gateways that hold their streams. */
export class Conversations {
  readonly #context: ComponentsContext
  /** By partition, then by who writes to which component. */
  readonly #partitions = new Map<number, Map<string, Conversation>>()
  readonly #settling = new Map<number, (() => void)[]>()
  readonly #shares = new Shares(MOST)

  constructor(context: ComponentsContext) {
    this.#context = context
  }

  /** Stanzas that are kept here. */
  get stanzas(): number {
    return this.#shares.stanzas
  }

  receive(envelope: Envelope, from: InstanceId, taken?: () => void): void {
    const { stanza, transfer } = envelope
    const receipt = taken ?? (() => this.#context.router.receipt(from, transfer))
    if (stanza?.from === undefined || stanza.to === undefined) return receipt()
    const bytes = stanza.payload.length + OVERHEAD
    const item: Item = { envelope, bytes, receipt }
    const domain = domainOf(trusted(stanza.to))
    if (this.#isAbsent(domain)) this.#bounce(item, 'absent')
    else if (!this.#shares.take(domain, bytes)) this.#bounce(item, 'full')
    else this.#conversation(domain, bareOf(trusted(stanza.from)), envelope.partition).push(item)
  }

  /** Sends what waits for streams that are there by now, and bounces what has waited long enough. */
  sweep(): void {
    for (const conversations of this.#partitions.values())
      for (const conversation of [...conversations.values()]) {
        conversation.advance()
        if (!this.#isAbsent(conversation.domain)) continue
        for (const item of conversation.giveUp()) {
          this.#shares.leave(conversation.domain, item.bytes)
          this.#bounce(item, 'absent')
        }
      }
    for (const partition of this.#settling.keys()) this.#checkSettled(partition)
  }

  /** Resolves when nothing is left of the partition. */
  settled(partition: number): Promise<void> {
    if (!this.#hasAny(partition)) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#settling.get(partition)
      if (waiting) waiting.push(resolve)
      else this.#settling.set(partition, [resolve])
    })
  }

  /** The partition is another's: who sent what is left sends it there again. */
  forget(partition: number): void {
    for (const conversation of this.#partitions.get(partition)?.values() ?? [])
      for (const { bytes } of conversation.end()) this.#shares.leave(conversation.domain, bytes)
    this.#partitions.delete(partition)
    this.#checkSettled(partition)
  }

  #isAbsent(domain: Domain): boolean {
    const { directory, definitions } = this.#context
    const absent = directory.absentMs(domain)
    return absent > 0 && absent >= (definitions.get(domain)?.waitMs ?? OWN_WAIT_MS)
  }

  #conversation(domain: Domain, key: string, partition: number): Conversation {
    const conversations = this.#partitions.get(partition) ?? new Map<string, Conversation>()
    this.#partitions.set(partition, conversations)
    const name = `${domain} ${key}`
    const known = conversations.get(name)
    if (known) return known
    const made = new Conversation(this.#context, {
      domain,
      key,
      partition,
      taken: (item) => {
        this.#shares.leave(domain, item.bytes)
        item.receipt()
      },
      idle: () => {
        conversations.delete(name)
        this.#checkSettled(partition)
      },
    })
    conversations.set(name, made)
    return made
  }

  #hasAny(partition: number): boolean {
    return (this.#partitions.get(partition)?.size ?? 0) > 0
  }

  #checkSettled(partition: number): void {
    if (this.#hasAny(partition)) return
    this.#partitions.delete(partition)
    for (const resolve of this.#settling.get(partition) ?? []) resolve()
    this.#settling.delete(partition)
  }

  /** Comes back once: the sender is told that it is taken when the error is. */
  #bounce(item: Item, reason: BounceReason): void {
    const { stanza, partition, stream, count } = item.envelope
    // Nobody waits for an answer to a probe.
    const reply = stanza && stanza.type !== 'probe' ? errorReply(stanza, ERRORS[reason]) : undefined
    if (reply?.to === undefined) return item.receipt()
    this.#context.events.bounced(reason)
    const ingress = stream === '' ? undefined : { stream: `bounce ${stream} ${reply.from}`, count }
    answerFrom(this.#context, partition, reply, item.receipt, ingress)
  }
}
