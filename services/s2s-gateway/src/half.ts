import type { Envelope, InstanceId } from '@heliograph/bus'
import type { Domain } from '@heliograph/jid'

/** One of the two things a gateway does: streams to other servers, and external components. */
export interface Half extends AsyncDisposable {
  /** Its listeners as bound, once it listens. */
  readonly addresses: Readonly<Record<string, string>>
  /** Whether what is for that domain is its to bring there. */
  takes(remote: Domain): boolean
  /** Whether `receive` takes what is for several `recipients` as it is. */
  readonly takesSeveral?: true
  /** A stanza for a (local, remote) pair that is owned here. It owes the sender a receipt, or a call of `taken` where that is given. */
  receive(envelope: Envelope, from: InstanceId, taken?: () => void): void
  /** What another server says of stanzas for several. It owes a receipt, too. */
  hear?(envelope: Envelope, from: InstanceId): void
  /** What another gateway says to this instance itself. False when it isn't for this half. */
  hears?(envelope: Envelope, from: InstanceId): boolean
  /** A partition came here. */
  load?(partition: number): void
  /** First part of a planned hand-over: resolves when what was taken for the partition's pairs is where it belongs. */
  settle(partition: number): Promise<void>
  /** The partition goes: after `handover` everything was settled, after `lost` nothing may be said in its name any more. */
  unload(partition: number, reason: 'handover' | 'lost'): Promise<void>
  /** @throws when an address can't be bound */
  listen(): Promise<void>
  /** Takes no more connections and closes those it has, once what came on them is on its way. */
  drain(signal: AbortSignal): Promise<void>
}
