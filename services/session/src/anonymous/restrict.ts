import { Kind } from '@heliograph/bus'
import { trusted } from '@heliograph/jid'
import { errorReply, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { isServer } from '../pipeline/outbound-iq.ts'
import type { Sent } from '../pipeline/sent.ts'
import type { User } from '../users/user.ts'

/** What the server and the own account answer to who is anonymous: nothing that would be stored, or tells of other users. */
const ANSWERED: ReadonlySet<string> = new Set([
  `{${NS.discoInfo}}query`,
  `{${NS.discoItems}}query`,
  `{${NS.ping}}ping`,
  `{${NS.version}}query`,
  `{${NS.time}}time`,
  // Clients ask for it, and find it empty.
  `{${NS.roster}}query`,
])

/** What would outlive the session elsewhere: a room that stays, a name in one. A room that isn't configured is given to nobody. */
const LASTING: ReadonlySet<string> = new Set([
  `{${NS.mucOwner}}query`,
  `{${NS.mucAdmin}}query`,
  `{${NS.register}}query`,
])

/** Reading nodes is as good as anybody's. */
const OF_NODES: ReadonlySet<string> = new Set([`{${NS.pubsub}}pubsub`, `{${NS.pubsubOwner}}pubsub`])

const RELATIONS: ReadonlySet<string | undefined> = new Set(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])

/** Whether a presence stanza begins or ends a relation that would outlive an anonymous user's session. */
export function isRelation({ name, type }: Stanza): boolean {
  return name === 'presence' && RELATIONS.has(type)
}

/** XEP-0175 §3: true when an anonymous user's client wanted what it may not; it has been told so then. */
export function refusedAnonymous(context: SessionContext, { user, resource, stanza }: Sent): boolean {
  const text = forbidden(context, user, stanza)
  if (text === undefined) return false
  const reply = errorReply(stanza, stanzaError('forbidden', { text }))
  if (reply) context.outgoing.deliver(user, resource, reply)
  return true
}

function forbidden(context: SessionContext, user: User, stanza: Stanza): string | undefined {
  if (isRelation(stanza)) return 'anonymous users have no contacts'
  const to = trusted(stanza.to ?? user.jid)
  const policy = context.config.policies.get(user.domain)?.anonymous
  if (context.hosts.kindOf(to) === Kind.domain)
    return policy?.federation === true ? undefined : 'anonymous users may not write to other servers'
  if (stanza.name !== 'iq' || (stanza.type !== 'get' && stanza.type !== 'set')) return undefined
  const payload = stanza.children[0] ?? ''
  const isOurs = to === user.jid || isServer(context, to) || context.hosts.isUpload(to)
  const lasts = LASTING.has(payload) || (stanza.type === 'set' && OF_NODES.has(payload))
  const may = isOurs ? stanza.type === 'get' && ANSWERED.has(payload) : !lasts
  return may ? undefined : 'anonymous users may not do that'
}
