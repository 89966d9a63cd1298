import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { answerFrom, type Ingress } from '../bring-in.ts'
import type { GatewayContext } from '../context.ts'
import type { Failure } from '../outbound/failure.ts'

interface Returned {
  readonly stanza: Stanza
  readonly partition: number
  /** By which its error is known if it comes again. */
  readonly ingress?: Ingress | undefined
}

/**
 * A stanza comes back to its sender as an error (RFC 6120 §10.4.3). `told` is called when that is taken, or at once when there is none: then false is
 * returned.
 */
export function giveBack(
  context: Pick<GatewayContext, 'router' | 'hosts' | 'ownership'>,
  { stanza, partition, ingress }: Returned,
  { condition, ...details }: Failure,
  told: () => void,
): boolean {
  const reply = isSilent(stanza) ? undefined : errorReply(stanza, stanzaError(condition, details))
  if (reply?.to === undefined) told()
  else answerFrom(context, partition, reply, told, ingress)
  return reply?.to !== undefined
}

/** Whether no error answers it: a probe is the server's own, and who is gone needn't know who didn't hear of it. */
export function isSilent({ name, type }: Stanza): boolean {
  return name === 'presence' && (type === 'probe' || type === 'unavailable')
}
