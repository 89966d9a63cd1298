import { type Jid, trusted } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import { tellFanout } from '../presence/tell-fanout.ts'
import { sayAvailable, sayUnavailable } from '../roster/subscription-stanzas.ts'
import type { User } from '../users/user.ts'
import { type BlockList, subscribersAmong } from './block-list.ts'

/** XEP-0191 §3.3: who is blocked from now on, and saw the user, sees the user go. */
export function hideFrom(
  context: SessionContext,
  user: User,
  before: BlockList | undefined,
  jids: readonly Jid[],
): void {
  const told = subscribersAmong(user.roster, new Set(jids)).filter((jid) => !before?.blocks(jid))
  for (const jid of told) sayUnavailable(context, user, jid)
  for (const resource of user.resources) {
    for (const address of resource.directed ?? []) {
      const to = trusted(address)
      if (!user.blocked?.blocks(to)) continue
      resource.directed?.delete(address)
      context.records.changed(user, resource)
      forward(context, user, new Stanza({ name: 'presence', type: 'unavailable', from: resource.jid, to }))
    }
  }
  if (told.length > 0) retell(context, user)
}

/** XEP-0191 §3.4: who is blocked no more sees the user again, and is asked for the own presence, which was dropped meanwhile. */
export function showTo(context: SessionContext, user: User, jids: readonly Jid[]): void {
  const visible = (jid: Jid) => !user.blocked?.blocks(jid)
  const told = subscribersAmong(user.roster, new Set(jids)).filter(visible)
  for (const jid of told) sayAvailable(context, user, jid)
  for (const { jid: to, subscription } of user.roster.items()) {
    if ((subscription !== 'to' && subscription !== 'both') || !visible(to) || !wasListed(jids, to)) continue
    for (const { jid: from, available } of user.resources) {
      if (available) forward(context, user, new Stanza({ name: 'presence', type: 'probe', from, to }))
    }
  }
  if (told.length > 0) retell(context, user)
}

function wasListed(jids: readonly Jid[], contact: Jid): boolean {
  return jids.some((jid) => jid === contact || jid.startsWith(`${contact}/`) || contact.endsWith(`@${jid}`))
}

/** What fan-out still holds back goes to those who may see it now. */
function retell(context: SessionContext, user: User): void {
  for (const resource of user.resources) {
    if (resource.presence) tellFanout(context, user, resource, resource.presence, '')
  }
}
