import { Envelope, Kind, Op } from '@heliograph/bus'
import type { Domain } from '@heliograph/jid'
import type { ComponentsContext } from './context.ts'
import type { Target } from './directory.ts'

/** A stanza for a component, of which this gateway owes the sender a receipt. */
export interface Item {
  readonly envelope: Envelope
  readonly bytes: number
  /** Tells whoever sent it that it was taken. */
  readonly receipt: () => void
}

export interface ConversationParts {
  readonly domain: Domain
  /** The bare JID of who writes. */
  readonly key: string
  /** The partition in whose name it goes on. */
  readonly partition: number
  /** The component has it: the sender is told. */
  readonly taken: (item: Item) => void
  /** Nothing is left of it. */
  readonly idle: () => void
}

/**
 * What one sender writes to a component, in order: all of it goes to one stream, and to another only when nothing is under way to the first. What
 * a stream couldn't take goes before what came later.
 */
export class Conversation {
  readonly #context: ComponentsContext
  readonly #parts: ConversationParts
  #waiting: Item[] = []
  /** Sent and not taken, in that order, each with whether it came back: some do at once, others when their stream's transport is gone. */
  readonly #sent = new Map<Item, boolean>()
  /** Those of them that are still under way. */
  #underWay = 0
  #target: Target | undefined
  #over = false

  constructor(context: ComponentsContext, parts: ConversationParts) {
    this.#context = context
    this.#parts = parts
  }

  get domain(): Domain {
    return this.#parts.domain
  }

  get isIdle(): boolean {
    return this.#sent.size + this.#waiting.length === 0
  }

  push(item: Item): void {
    this.#waiting.push(item)
    this.advance()
  }

  /** Sends what waits, where the way is clear. */
  advance(): void {
    if (this.#over || this.#waiting.length === 0 || this.#sent.size > this.#underWay) return
    const { domain, key } = this.#parts
    const target = this.#context.directory.choose(domain, key)
    if (target === undefined || (this.#underWay > 0 && !isSame(target, this.#target))) return
    this.#target = target
    const going = this.#waiting
    this.#waiting = []
    for (const item of going) this.#send(item, target)
  }

  /** What can't be brought anywhere: it is the caller's now. */
  giveUp(): readonly Item[] {
    const items = this.#waiting
    this.#waiting = []
    if (items.length > 0 && this.isIdle) this.#parts.idle()
    return items
  }

  /** Somebody else's now, who is sent all of it again. */
  end(): readonly Item[] {
    this.#over = true
    return [...this.#sent.keys(), ...this.#waiting.splice(0)]
  }

  #send(item: Item, target: Target): void {
    const { domain, partition } = this.#parts
    const { ownership, router } = this.#context
    const { stream, count, trace, stanza } = item.envelope
    const envelope = new Envelope(Op.component)
    envelope.emitterKind = Kind.domain
    envelope.emitterPartition = partition
    envelope.epoch = ownership.heldEpochOf(partition)
    envelope.stream = stream
    envelope.count = count
    envelope.trace = trace
    envelope.stanza = stanza
    envelope.conn = target.number
    envelope.recipients = [domain]
    this.#sent.set(item, false)
    this.#underWay++
    router.multicast(target.instance, envelope, (strays) => this.#settled(item, strays.length === 0))
  }

  #settled(item: Item, isTaken: boolean): void {
    if (this.#over) return
    this.#underWay--
    if (isTaken) {
      this.#sent.delete(item)
      this.#parts.taken(item)
    } else {
      this.#context.events.returned.add()
      this.#sent.set(item, true)
    }
    if (this.#underWay > 0) return
    // What a stream that is gone couldn't take waits for the next round: by then it is known to be gone.
    if (this.#sent.size > 0) this.#waiting = [...this.#takeSent(), ...this.#waiting]
    else if (this.#waiting.length > 0) this.advance()
    if (this.isIdle) this.#parts.idle()
  }

  #takeSent(): readonly Item[] {
    const items = [...this.#sent.keys()]
    this.#sent.clear()
    return items
  }
}

function isSame(a: Target, b: Target | undefined): boolean {
  return a.instance === b?.instance && a.number === b.number
}
