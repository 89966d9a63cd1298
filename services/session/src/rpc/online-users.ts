import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'
import { everywhere } from './everywhere.ts'

/** `active`: a client says that somebody is there, `idle`: all say that nobody is, or are away for now. */
export type Activity = 'any' | 'active' | 'idle'

export interface OnlineQuery {
  readonly domain: string
  readonly activity: string
  /** Addresses to give beside the number. */
  readonly max: number
}

/** Users of a domain with a session, wherever they are. */
export async function onlineUsers(
  context: SessionContext,
  query: OnlineQuery,
): Promise<{ readonly count: number; readonly jids: readonly string[]; readonly missing: readonly string[] }> {
  const { replies, missing } = await everywhere(context, (client) => client.onlineUsers({ ...query, localOnly: true }))
  const jids = replies.flatMap((reply) => [...reply.jids]).sort()
  return { count: replies.reduce((sum, { count }) => sum + count, 0), jids: jids.slice(0, query.max), missing }
}

/** The same of those owned here; the addresses are the first in byte order. */
export function onlineHere(context: SessionContext, { domain, activity, max }: OnlineQuery) {
  const jids: string[] = []
  for (const user of context.users) {
    if (user.domain !== domain || user.resources.length === 0) continue
    if (context.ownership.heldEpochOf(user.partition) === 0) continue
    if (activity === 'any' || isActive(user) === (activity === 'active')) jids.push(user.jid)
  }
  return { count: jids.length, jids: max > 0 ? jids.sort().slice(0, max) : [] }
}

/** In the bytes, which are canonical: as many trees as there are users would take too much memory. */
const AWAY = ['<show>away</show>', '<show>xa</show>']

/** RFC 6121 §4.7.2.1: somebody is there unless the client says `away` or `xa`. */
function isActive({ resources }: User): boolean {
  return resources.some(({ attachment, presence }) => {
    if (presence === undefined || attachment === 'hibernating') return false
    return !AWAY.some((show) => presence.payload.includes(show))
  })
}
