import { Envelope, Kind, Op } from '@heliograph/bus'
import { type Jid, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { GatewayContext } from './context.ts'

/** Which stream a stanza came on, and how many came before: by that its receiver knows it when it comes again. */
export interface Ingress {
  readonly stream: string
  readonly count: number
}

const NOT_COUNTED: Ingress = { stream: '', count: 0 }

/**
 * Brings a stanza from outside, whose addresses have been checked, to the owner of its `to`, again after each change of owner, until that has
 * taken it. Order from one gateway to any one address holds. `settle` is called once.
 */
export function bringIn(
  { router, hosts, tracing }: Pick<GatewayContext, 'router' | 'hosts' | 'tracing'>,
  stanza: Stanza,
  { stream, count }: Ingress,
  settle: (outcome: Outcome) => void,
): void {
  const to = trusted<Jid>(stanza.to!)
  const trace = tracing.sample()
  const span = tracing.span('s2s.in', trace)
  const envelope = new Envelope(Op.route)
  envelope.stream = stream
  envelope.count = count
  envelope.trace = span.context ?? ''
  envelope.stanza = stanza
  router.transfer(hosts.kindOf(to), hosts.keyOf(to, trusted<Jid>(stanza.from!)), envelope, settle)
  span.end()
}

/**
 * Sends what this instance itself has to say in the name of a pair's partition: errors for what couldn't be brought out. Nobody has to hear of
 * it twice, so `settle` tells when it is taken; with an ingress id it is recognised when it comes again.
 */
export function answerFrom(
  { router, hosts, ownership }: Pick<GatewayContext, 'router' | 'hosts' | 'ownership'>,
  partition: number,
  reply: Stanza,
  settle: (outcome: Outcome) => void,
  { stream, count }: Ingress = NOT_COUNTED,
): void {
  const to = trusted<Jid>(reply.to!)
  const envelope = new Envelope(Op.route)
  envelope.stream = stream
  envelope.count = count
  envelope.emitterKind = Kind.domain
  envelope.emitterPartition = partition
  envelope.epoch = ownership.heldEpochOf(partition)
  envelope.stanza = reply
  router.transfer(hosts.kindOf(to), hosts.keyOf(to, trusted<Jid>(reply.from!)), envelope, settle)
}
