import { Envelope, Kind, Op } from '@heliograph/bus'
import { type BareJid, type Jid, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import { errorReply, type Stanza, type StanzaCondition, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { PubsubContext } from './context.ts'

/** In whose name something is said: a service and the partition of ours that says it. */
export interface Speaker {
  readonly service: BareJid
  readonly partition: number
}

/** Answers the sender with an error, where errors are allowed (RFC 6120 §8.3.1). */
export function refuse(
  context: PubsubContext,
  speaker: Speaker,
  stanza: Stanza,
  error: StanzaError | StanzaCondition,
): void {
  const reply = stanza.from && errorReply(stanza, typeof error === 'string' ? stanzaError(error) : error)
  if (!reply) return
  context.events.refused()
  say(context, speaker, reply)
}

/** Sends one stanza apart from what subscribers hear in order: answers, questions to owners. */
export function say(
  context: Pick<PubsubContext, 'hosts' | 'ownership' | 'router'>,
  { service, partition }: Speaker,
  stanza: Stanza,
): void {
  const to = trusted<Jid>(stanza.to!)
  context.router.transfer(
    context.hosts.kindOf(to),
    context.hosts.keyOf(to, service),
    enveloped(context, partition, stanza),
    ignore,
  )
}

/** A stanza to be routed in the name of a partition of ours. */
export function enveloped(
  { ownership }: Pick<PubsubContext, 'ownership'>,
  partition: number,
  stanza: Stanza,
): Envelope {
  const envelope = new Envelope(Op.route)
  envelope.emitterKind = Kind.node
  envelope.emitterPartition = partition
  envelope.epoch = ownership.heldEpochOf(partition)
  envelope.stanza = stanza
  return envelope
}

function ignore(_outcome: Outcome): void {}
