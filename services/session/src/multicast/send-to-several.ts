import { ingressOfCopy, isMulticast, readMulticast } from '@heliograph/multicast'
import { errorReply, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { isServer } from '../pipeline/outbound-iq.ts'
import type { Sent } from '../pipeline/sent.ts'
import { shape } from '../rates/shape.ts'
import { Batch } from './batch.ts'

/** Whether a client's stanza is for several, whom its header names (XEP-0033 §3). */
export function isToSeveral(context: SessionContext, { stanza }: Sent): boolean {
  const { to } = stanza
  return to !== undefined && isMulticast(stanza) && context.config.multicast.enabled && isServer(context, to)
}

/**
 * A client's stanza for several is as good as one for each, and what holds for those holds for it: each is archived, refused, remembered as directed presence and counted
 * towards rates by itself. Those for the same other domain go on in one.
 */
export function sendToSeveral(context: SessionContext, sent: Sent, send: (copy: Sent) => void): void {
  const { user, resource, stanza } = sent
  const read = user.anonymous
    ? stanzaError('forbidden', { text: 'anonymous users may not write to several' })
    : readMulticast(stanza, context.config.multicast.addresses)
  if ('condition' in read) {
    const reply = errorReply(stanza, read)
    if (reply) context.outgoing.deliver(user, resource, reply)
    return
  }
  const batch = new Batch(context, user)
  read.recipients.forEach((to, index) => {
    const copy = read.stanza.with({ to })
    if (index > 0) shape(context, user, resource, copy)
    send({ ...sent, ...ingressOfCopy(sent, index), stanza: copy, batch })
  })
  batch.flush()
}
