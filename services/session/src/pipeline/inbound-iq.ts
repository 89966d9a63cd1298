import { type FullJid, isFull, localOf, trusted } from '@heliograph/jid'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { answer } from '../modules/answer.ts'
import type { User } from '../users/user.ts'
import { type Arrived, refuseArrived } from './arrived.ts'
import { heldUntil } from './held-until.ts'
import { mayKnow } from './may-know.ts'

const INFO = `{${NS.discoInfo}}query`
const LAST_ACTIVITY = `{${NS.lastActivity}}query`

/** XEP-0175 §5: "A server MUST reply", to anybody. */
function asksWhoIsAnonymous(user: User, { type, children }: Stanza): boolean {
  return user.anonymous && user.exists && type === 'get' && children[0] === INFO
}

/** IQs for a local user: RFC 6121 §8.5.2.1.3, §8.5.3. */
export function receiveIq(context: SessionContext, arrived: Arrived): void {
  const { user, stanza, taken, trace } = arrived
  const to = trusted(stanza.to ?? user.jid)
  const from = trusted(stanza.from!)
  if (isFull(to)) {
    // XEP-0012 §3: a client isn't asked by those who don't see its presence.
    if (stanza.type === 'get' && stanza.children[0] === LAST_ACTIVITY && !mayKnow(user, from))
      return refuseArrived(context, arrived, stanzaError('forbidden'))
    const resource = user.resource(to as FullJid)
    if (!resource) return refuseArrived(context, arrived, stanzaError('service-unavailable'))
    user.afterCommit.pass(() => context.outgoing.deliver(user, resource, stanza, 0, trace))
    return taken()
  }
  // §8.5.2.1.3: the server answers for the account; a result or error nobody asked for is dropped.
  if (stanza.type === 'get' || stanza.type === 'set') {
    const entity =
      localOf(to) === ''
        ? context.hosts.isUpload(to)
          ? 'upload'
          : 'server'
        : mayKnow(user, from) || asksWhoIsAnonymous(user, stanza)
          ? 'account'
          : 'nobody'
    const custody = heldUntil(taken)
    answer(context, { entity, user, stanza, provenance: arrived, custody })
    return custody.release()
  }
  const isAwaited =
    context.ownRequests.answered(user, stanza) ||
    answeredByGuest(context, user, stanza) ||
    context.lists.answered(stanza)
  if (!isAwaited) context.pushes.answered(user, stanza)
  taken()
}

/** What a contact's client elsewhere was asked: what it can do. */
function answeredByGuest({ capabilities }: SessionContext, user: User, stanza: Stanza): boolean {
  const guest = user.guests?.get(stanza.from as FullJid)
  return guest !== undefined && capabilities.answered(guest, stanza)
}
