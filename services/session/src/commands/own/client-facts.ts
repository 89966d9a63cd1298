import { clientIdOf } from '@heliograph/sasl'
import type { TokenClient } from '../../accounts/token-store.ts'
import type { SessionContext } from '../../context.ts'
import { endSession } from '../../users/end-session.ts'
import type { Resource } from '../../users/resource.ts'
import type { User } from '../../users/user.ts'

/** A client of a user: it has a session, or may come back with a token (XEP-0484), or both. */
export interface OwnClient {
  /** By which the user names it: its resource, or where it has none, what its resource would hold. */
  readonly name: string
  readonly resource: Resource | undefined
  readonly token: TokenClient | undefined
}

/** What a user is told of one of his clients. */
export interface ClientFacts {
  readonly client: string
  readonly state: 'online' | 'away for now' | 'offline'
  readonly software: string
  readonly device: string
  readonly address: string
  readonly transport: string
  readonly encrypted: string
  readonly mechanism: string
  readonly since: string
  /** Until when its token is good; '' without one. */
  readonly token: string
}

/** All clients of a user: those with sessions, then those that have only a token. */
export async function clientsOf(
  { accounts }: Pick<SessionContext, 'accounts'>,
  user: User,
): Promise<readonly OwnClient[]> {
  const tokens = (await accounts.tokenClients(user.jid)).map((token) => ({
    token,
    name: clientIdOf(user.jid, token.client),
  }))
  // XEP-0386 §3.2.1: the resource of an installation ends with what stands for it.
  const isOf = ({ name }: Resource, id: string) => name === id || name.endsWith(`/${id}`)
  const present = user.resources.map((resource) => {
    const { token } = tokens.find((each) => isOf(resource, each.name)) ?? {}
    return { name: resource.name, resource, token }
  })
  const absent = tokens.filter(({ name }) => !user.resources.some((resource) => isOf(resource, name)))
  return [...present, ...absent.map(({ name, token }) => ({ name, token, resource: undefined }))]
}

/** Ends a client: first what it could come back with at once. */
export async function endOwnClient(
  session: SessionContext,
  user: User,
  { resource, token }: Pick<OwnClient, 'resource' | 'token'>,
): Promise<void> {
  if (token !== undefined) await session.accounts.endTokens(user.jid, token.client)
  const reason = { condition: 'policy-violation', text: 'ended by another client of the account' }
  if (resource !== undefined) endSession(session, user, resource, reason)
}

export function clientFacts({ name, resource, token }: OwnClient): ClientFacts {
  const { address = '', transport = '', secure, mechanism = '' } = resource?.origin ?? {}
  const since = resource === undefined ? token?.issued : new Date(resource.since)
  return {
    client: name,
    state: resource === undefined ? 'offline' : resource.attachment === 'hibernating' ? 'away for now' : 'online',
    software: token?.software ?? '',
    device: token?.device ?? '',
    address,
    transport,
    encrypted: secure === undefined ? '' : String(secure),
    mechanism,
    since: since?.toISOString() ?? '',
    token: token?.expires.toISOString() ?? '',
  }
}

/** The same in one line. */
export function clientLine(client: OwnClient): string {
  const { state, software, device, address, transport, mechanism, since, token } = clientFacts(client)
  const about = [software, device].filter((each) => each !== '').join(' on ')
  const session = client.resource === undefined ? state : `${state}, from ${address} by ${transport}, ${mechanism}`
  const may = token === '' ? '' : `, may come back without password until ${token}`
  return `${client.name}: ${about === '' ? '' : `${about}, `}${session}, since ${since}${may}`
}
