import type { BareJid } from '@heliograph/jid'
import type { RosterItem } from '@heliograph/roster'
import { el, iqSet, NS } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** RFC 6121 §2.1.2. */
export function itemElement(item: RosterItem) {
  return el(
    'item',
    {
      jid: item.jid,
      name: item.name === '' ? undefined : item.name,
      subscription: item.subscription,
      ask: item.ask ? 'subscribe' : undefined,
      approved: item.approved ? 'true' : undefined,
    },
    item.groups.map((group) => el('group', null, group)),
  )
}

export function removalElement(jid: BareJid) {
  return el('item', { jid, subscription: 'remove' })
}

export function pushItem(context: SessionContext, user: User, item: RosterItem): void {
  for (const resource of user.resources) if (resource.interested) pushTo(context, user, resource, itemElement(item))
}

export function pushRemoval(context: SessionContext, user: User, jid: BareJid): void {
  for (const resource of user.resources) if (resource.interested) pushTo(context, user, resource, removalElement(jid))
}

/** A roster push (RFC 6121 §2.1.6), with the version it makes (§2.6.3). */
export function pushTo(
  context: SessionContext,
  user: User,
  resource: Resource,
  item: ReturnType<typeof el>,
  version = user.roster.version,
): void {
  const push = iqSet(
    { id: `push-${version}-${item.attrs.jid}`, to: resource.jid, from: user.jid },
    el('query', { xmlns: NS.roster, ver: String(version) }, item),
  )
  user.afterCommit.pass(() => context.outgoing.deliver(user, resource, push))
}
