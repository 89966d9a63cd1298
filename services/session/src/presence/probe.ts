import { Envelope, Kind, Op } from '@heliograph/bus'
import { type BareJid, bareOf, type Jid, localOf } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import { mayKnow } from '../pipeline/may-know.ts'
import type { User } from '../users/user.ts'

/**
 * Tells `asker` the presence of each available resource (RFC 6121 §4.3.2). No receipt is asked for: an answer that is lost with a
 * process is asked for again when its client is.
 */
export function answerProbe(context: SessionContext, user: User, asker: Jid): void {
  if (!mayKnow(user, asker)) return deny(context, user, bareOf(asker))
  for (const resource of user.resources) {
    if (!resource.presence) continue
    const envelope = new Envelope(Op.route)
    envelope.emitterKind = Kind.user
    envelope.emitterPartition = user.partition
    envelope.epoch = context.ownership.heldEpochOf(user.partition)
    envelope.stanza = resource.presence.with({ to: asker })
    context.router.send(context.hosts.kindOf(asker), context.hosts.keyOf(asker, user.jid as Jid), envelope)
  }
}

/** RFC 6121 §4.3.2 rule 1: who isn't subscribed learns so, unless the request is still to be answered. */
function deny(context: SessionContext, user: User, asker: BareJid): void {
  if (localOf(user.jid as Jid) === '' || (user.exists && user.roster.get(asker)?.request)) return
  forward(context, user, new Stanza({ name: 'presence', type: 'unsubscribed', from: user.jid, to: asker }))
}
