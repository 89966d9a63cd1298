import { Address, codecs, Envelope, Haste, Kind, type News, Op } from '@heliograph/bus'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { heldUntil } from '../pipeline/held-until.ts'
import type { User, Work } from '../users/user.ts'
import { tellGuests } from './guests.ts'
import { react } from './reactions.ts'
import { wants } from './wants.ts'

/**
 * Something happened at a node of the account: its own clients that want to hear of that node are told, and its fan-out is asked to tell the contacts.
 * Taken when all owners of contacts have it, and what follows from it is done.
 */
export function handleNews(context: SessionContext, user: User, { envelope, from }: Work): void {
  const { stanza, body, recipients, trace, transfer } = envelope
  const custody = heldUntil(() => context.router.receipt(from, transfer))
  const taken = () => custody.release()
  if (!stanza || !body || !user.exists) return taken()
  const news = codecs.news.decode(body)
  react(context, user, { node: news.node, news: stanza, custody })
  const own = user.resources.filter((resource) => wants(context, resource, news.node))
  if (own.length > 0)
    user.afterCommit.pass(() => {
      const present = own.filter((resource) => user.resources.includes(resource))
      const copies = present.map((resource) => ({ user, resource, as: Address.full }))
      context.outgoing.deliverCopies(copies, stanza, { trace })
    })
  const hearers = hearersOf(user, news, recipients)
  if (!hearers) return taken()
  tellGuests(context, user, { node: news.node, stanza, hearers })
  const onward = new Envelope(Op.news)
  onward.emitterKind = Kind.user
  onward.emitterPartition = user.partition
  onward.epoch = context.ownership.heldEpochOf(user.partition)
  onward.id = user.rosterVersion
  onward.haste = Haste.gather
  onward.stanza = stanza
  onward.trace = trace
  onward.recipients = hearers.recipients
  onward.body = codecs.news.encode({ node: news.node, audience: hearers.audience, groups: '' })
  context.router.transfer(Kind.presence, user.jid, onward, (outcome) => {
    if (outcome !== 'taken') context.log.warn('contacts_not_told', { jid: user.jid, outcome })
    taken()
  })
}

/** `all` contacts but these, or (`listed`) these alone. */
export interface Hearers {
  readonly audience: 'all' | 'listed'
  readonly recipients: readonly string[]
}

/**
 * Which contacts may hear of it: `all` but those listed, or (`listed`) those alone. Undefined: nobody. Whom the user blocks is never among them
 * (XEP-0163 §4.3.3).
 */
export function hearersOf(user: User, { audience, groups }: News, listed: readonly string[] = []): Hearers | undefined {
  const contacts = [...user.roster.items()].filter(({ jid }) => user.roster.isSubscriber(jid) && !blocks(user, jid))
  if (contacts.length === 0 || audience === 'nobody') return undefined
  if (audience === 'all') {
    const blocked = user.blocked?.contacts(user.roster) ?? []
    return { audience: 'all', recipients: [...listed, ...blocked] }
  }
  const named = new Set(listed)
  const allowed = groups.split('\0')
  const meant = contacts.filter((contact) =>
    audience === 'groups'
      ? !named.has(contact.jid) && contact.groups.some((group) => allowed.includes(group))
      : named.has(contact.jid),
  )
  return meant.length > 0 ? { audience: 'listed', recipients: meant.map(({ jid }) => jid) } : undefined
}
