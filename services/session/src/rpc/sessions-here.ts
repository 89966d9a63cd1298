import { bareOf, trusted } from '@heliograph/jid'
import type { SessionSummary } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import { endSession } from '../users/end-session.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** Sessions of users owned here, in the order of their full JIDs. */
export function sessionsHere(
  context: SessionContext,
  { jid, after, max }: { jid: string; after: string; max: number },
): { sessions: SessionSummary[]; next: string } {
  const found = matching(context, jid)
    .filter(({ resource }) => resource.jid > after)
    .sort((a, b) => (a.resource.jid < b.resource.jid ? -1 : 1))
  const sessions = found.slice(0, max).map(({ resource }) => summary(context, resource))
  return { sessions, next: found.length > max ? sessions.at(-1)!.jid : '' }
}

/** Ends the sessions of a bare JID, or the one of a full JID. They can't be resumed. */
export function kickHere(context: SessionContext, jid: string, reason: string): number {
  if (jid === '') return 0
  const found = matching(context, jid)
  for (const { user, resource } of found) {
    endSession(context, user, resource, { condition: 'policy-violation', text: reason })
  }
  return found.length
}

function matching(context: SessionContext, jid: string): { user: User; resource: Resource }[] {
  const users =
    jid === '' ? [...context.users] : [context.users.find(bareOf(trusted(jid)))].filter((user) => user !== undefined)
  return users.flatMap((user) =>
    user.resources
      .filter((resource) => jid === '' || jid === user.jid || jid === resource.jid)
      .map((resource) => ({ user, resource })),
  )
}

function summary(context: SessionContext, resource: Resource): SessionSummary {
  const hibernating = resource.attachment === 'hibernating'
  return {
    jid: resource.jid,
    state: hibernating ? 'hibernating' : 'online',
    edge: hibernating ? '' : resource.edge,
    owner: context.ownership.instance,
    address: resource.origin.address,
    transport: resource.origin.transport,
    secure: resource.origin.secure,
    mechanism: resource.origin.mechanism,
    priority: resource.priority,
    available: resource.available,
    since: resource.since,
  }
}
