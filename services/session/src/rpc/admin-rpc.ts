import { Kind } from '@heliograph/bus'
import { type BareJid, domainOf, isBare, type Jid, localOf, parseDomain, parseJid } from '@heliograph/jid'
import { PARTITIONS, partitionOf } from '@heliograph/ownership'
import {
  adminContract,
  type InstanceSummary,
  type PartitionOwner,
  RpcError,
  type ServedContract,
  serve,
  type Verdict,
} from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import { eraseUser } from '../users/erase-user.ts'
import { persistently } from '../users/persistently.ts'
import { endSessionsOf, removeUser } from '../users/remove-user.ts'
import { everywhere } from './everywhere.ts'
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
export function adminRpc(context: SessionContext): ServedContract {
  return serve(adminContract, {
    createUser: async ({ jid, password }) => withUser(context, jid, (user) => context.accounts.create(user, password)),
    setPassword: async ({ jid, password }) =>
      withUser(context, jid, (user) => context.accounts.setPassword(user, password)),
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
      const { replies } = await everywhere(context, (client) => client.kick({ ...request, localOnly: true }))
      return { kicked: replies.reduce((sum, { kicked }) => sum + kicked, 0) }
    },
    owners: async ({ kind }) => ({ owners: ownersOf(context, kind) }),
    instances: async () => ({ instances: instancesOf(context) }),
  })
}

async function withUser(
  context: SessionContext,
  text: string,
  act: (user: BareJid) => Promise<Done>,
): Promise<Verdict> {
  const jid = parseJid(text)
  if (jid === undefined || !isBare(jid) || localOf(jid as Jid) === '') return { ok: false, condition: 'jid-malformed' }
  if (!context.hosts.domains.includes(domainOf(jid as Jid))) return { ok: false, condition: 'item-not-found' }
  const result = await act(jid as BareJid)
  return result.ok ? OK : { ok: false, condition: result.condition }
}

type Done = { readonly ok: true } | { readonly ok: false; readonly condition: string }

async function deleteUser(context: SessionContext, jid: BareJid): Promise<Done> {
  const result = await context.accounts.delete(jid)
  if (!result.ok) return result
  const { replies } = await everywhere(context, (client) => client.deleteUser({ jid, localOnly: true }))
  // Between two owners nobody tells the contacts; what is stored goes all the same.
  if (!replies.some(({ ok }) => ok)) await eraseUser(context, jid)
  return result
}

/** At the owner: the rest of a user whose account is deleted. */
async function removeHere(context: SessionContext, jid: BareJid): Promise<Done> {
  if (context.ownership.epochOf(partitionOf(jid)) === 0) return { ok: false, condition: 'item-not-found' }
  const user = context.users.get(jid)
  return new Promise((resolve) => {
    const remove = async (): Promise<void> => {
      await removeUser(context, user)
      endSessionsOf(context, user)
      resolve({ ok: true })
    }
    persistently(context, user, remove, () => resolve({ ok: false, condition: 'resource-constraint' }))
  })
}

async function setDisabled(context: SessionContext, jid: BareJid, disabled: boolean): Promise<Done> {
  const result = await context.accounts.setDisabled(jid, disabled)
  if (result.ok && disabled) await kickEverywhere(context, jid, 'the account was disabled')
  return result
}

async function kickEverywhere(context: SessionContext, jid: BareJid, reason: string): Promise<void> {
  await everywhere(context, (client) => client.kick({ jid, reason, localOnly: true }))
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
