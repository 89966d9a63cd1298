import { Kind } from '@heliograph/bus'
import { type BareJid, parseDomain } from '@heliograph/jid'
import { PARTITIONS } from '@heliograph/ownership'
import {
  type Admin,
  adminContract,
  audited,
  type Handlers,
  type InstanceSummary,
  type PartitionOwner,
  RpcError,
  type ServedContract,
  type StreamHandler,
  serve,
  type Verdict,
} from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import { announceEverywhere, announceHere } from './announce.ts'
import { everywhere } from './everywhere.ts'
import { domainsRpc } from './list-domains.ts'
import { invitesRpc } from './manage-invites.ts'
import { retentionRpc } from './manage-retention.ts'
import {
  createUser,
  deleteUser,
  isNoUser,
  kickEverywhere,
  type Managed,
  removeHere,
  setDisabled,
  setPassword,
  userAddress,
} from './manage-users.ts'
import { onlineHere, onlineUsers } from './online-users.ts'
import { kickHere, sessionsHere } from './sessions-here.ts'

const PAGE = 100
const OK: Verdict = { ok: true, condition: '' }

/** Kinds by the names operators use. */
export const KIND_NAMES = {
  user: Kind.user,
  presence: Kind.presence,
  room: Kind.room,
  node: Kind.node,
  domain: Kind.domain,
} as const

/** Administration of the whole cluster, by any session instance. */
export function adminRpc(context: SessionContext, trace: StreamHandler): ServedContract {
  const handlers: Handlers<Admin> = {
    createUser: async ({ jid, password, force }) =>
      withUser(context, jid, (user) => createUser(context, user, password, force)),
    setPassword: async ({ jid, password, force }) =>
      withUser(context, jid, (user) => setPassword(context, user, password, force)),
    deleteUser: async ({ jid, localOnly }) =>
      withUser(context, jid, (user) => (localOnly ? removeHere(context, user) : deleteUser(context, user))),
    setUserDisabled: async ({ jid, disabled }) =>
      withUser(context, jid, (user) => setDisabled(context, user, disabled)),
    listUsers: async ({ domain, after, max }) => {
      const wanted = domain === '' ? undefined : parseDomain(domain)
      const page = await context.accounts.list({
        ...(wanted && { domain: wanted }),
        ...(after !== '' && { after: after as BareJid }),
        max: max || PAGE,
      })
      return {
        users: page.accounts.map(({ jid, createdAt }) => ({ jid, createdAt: createdAt.getTime() })),
        next: page.next ?? '',
      }
    },
    ...retentionRpc(context),
    ...invitesRpc(context),
    ...domainsRpc(context),
    listSessions: async (request) => {
      const max = Math.min(request.max || PAGE, 1000)
      if (request.localOnly) return { ...sessionsHere(context, { ...request, max }), missing: [] }
      const { replies, missing } = await everywhere(context, (client) =>
        client.listSessions({ ...request, max, localOnly: true }),
      )
      const all = replies.flatMap(({ sessions }) => sessions).sort((a, b) => (a.jid < b.jid ? -1 : 1))
      const sessions = all.slice(0, max)
      const more = all.length > max || replies.some(({ next }) => next !== '')
      return { sessions, next: more ? (sessions.at(-1)?.jid ?? '') : '', missing }
    },
    kick: async (request) => {
      if (request.localOnly) return { kicked: kickHere(context, request.jid, request.reason) }
      return { kicked: await kickEverywhere(context, request.jid, request.reason) }
    },
    onlineUsers: async ({ localOnly, ...query }) =>
      localOnly ? { ...onlineHere(context, query), missing: [] } : onlineUsers(context, query),
    announce: async ({ localOnly, ...request }) =>
      localOnly ? { users: await announceHere(context, request), missing: [] } : announceEverywhere(context, request),
    owners: async ({ kind }) => ({ owners: ownersOf(context, kind) }),
    instances: async () => ({ instances: instancesOf(context) }),
  }
  return serve(adminContract, audited(adminContract, handlers, context.log), { trace })
}

async function withUser(
  context: SessionContext,
  text: string,
  act: (user: BareJid) => Promise<Managed>,
): Promise<Verdict> {
  const user = userAddress(context, text)
  if (isNoUser(user)) return { ok: false, condition: user }
  const result = await act(user)
  return result.ok ? OK : { ok: false, condition: result.condition, text: result.text ?? '' }
}

function ownersOf(context: SessionContext, kind: string): PartitionOwner[] {
  const names =
    kind === '' ? (Object.keys(KIND_NAMES) as (keyof typeof KIND_NAMES)[]) : [kind as keyof typeof KIND_NAMES]
  if (names.some((name) => !(name in KIND_NAMES))) throw new RpcError('INVALID_ARGUMENT', `no such kind: ${kind}`)
  const owners: PartitionOwner[] = []
  for (const name of names) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const owner = context.ownership.ownerOf(KIND_NAMES[name], partition)
      if (owner) owners.push({ kind: name, partition, instance: owner.instance, epoch: owner.epoch })
    }
  }
  return owners
}

function instancesOf(context: SessionContext): InstanceSummary[] {
  const held = new Map<string, number>()
  for (const { instance } of ownersOf(context, '')) held.set(instance, (held.get(instance) ?? 0) + 1)
  const services = {
    'connection-manager': Kind.instance,
    session: Kind.user,
    'presence-fanout': Kind.presence,
    muc: Kind.room,
    pubsub: Kind.node,
    's2s-gateway': Kind.domain,
  } as const
  return Object.entries(services).flatMap(([service, kind]) =>
    context.ownership
      .members(kind)
      .map(({ instance, rpc }) => ({ instance, service, rpc, partitions: held.get(instance) ?? 0 })),
  )
}
