import { type Domain, parseDomain } from '@heliograph/jid'
import { RpcError } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import { everywhere } from './everywhere.ts'

/** An announcement, or the standing message of that kind, which every instance reads for itself. */
export interface AnnouncementRequest {
  readonly domain: string
  readonly subject: string
  readonly text: string
  readonly standing: string
}

/** Tells the online users of a domain, wherever they are. Resolves once it has begun, with how many they are. */
export async function announceEverywhere(
  context: SessionContext,
  request: AnnouncementRequest,
): Promise<{ readonly users: number; readonly missing: readonly string[] }> {
  const { replies, missing } = await everywhere(context, (client) => client.announce({ ...request, localOnly: true }))
  return { users: replies.reduce((sum, { users }) => sum + users, 0), missing }
}

/** The same for the users owned here. */
export async function announceHere(context: SessionContext, request: AnnouncementRequest): Promise<number> {
  const domain = domainOf(request.domain)
  const users = request.standing === '' ? context.announcer.announce(context, { ...request, domain }) : await standing()
  if (users === undefined) throw new RpcError('RESOURCE_EXHAUSTED', 'too many announcements are under way')
  return users

  async function standing(): Promise<number | undefined> {
    await context.standing.reload()
    const message = context.standing.of(domain).find(({ kind }) => kind === request.standing)
    return message === undefined ? 0 : context.announcer.announceStanding(context, message)
  }
}

function domainOf(text: string): Domain {
  const domain = parseDomain(text)
  if (domain === undefined) throw new RpcError('INVALID_ARGUMENT', 'not a domain')
  return domain
}
