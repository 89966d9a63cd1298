import { type BareJid, domainOf, localOf, parseDomain, parseJid } from '@heliograph/jid'
import type { Admin, Handlers } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import type { Invite, NewInvite } from '../invites/invite-store.ts'
import { isGone } from '../invites/is-gone.ts'
import { isNoUser, userAddress } from './manage-users.ts'

const PAGE = 100
const LARGEST_PAGE = 1_000
const NOTHING = { uri: '', expiresAt: 0 }

/** Invitations made by whoever runs the server, and all there are. */
export function invitesRpc(
  context: SessionContext,
): Pick<Handlers<Admin>, 'createInvite' | 'listInvites' | 'revokeInvite'> {
  const { invites, events } = context
  return {
    createInvite: async ({ jid, inviter, days }) => {
      const invite = await newInvite(context, jid, inviter)
      if (typeof invite === 'string') return { ok: false, condition: invite, ...NOTHING }
      const invitation = await invites.create(invite, days)
      if (invitation === undefined) return { ok: false, condition: 'resource-constraint', ...NOTHING }
      events.invite('created')
      return { ok: true, condition: '', uri: invitation.uri, expiresAt: invitation.expiresAt.getTime() }
    },
    listInvites: async ({ domain, below, max }) => {
      const most = Math.min(max || PAGE, LARGEST_PAGE)
      const found = await invites.store.list(domain === '' ? undefined : parseDomain(domain), below, most + 1)
      const page = found.slice(0, most)
      return { invites: page.map(summary), next: found.length > most ? page.at(-1)!.number : 0 }
    },
    revokeInvite: async ({ number }) =>
      (await invites.store.revoke(number)) ? { ok: true, condition: '' } : { ok: false, condition: 'item-not-found' },
  }
}

/** What is asked for, or the condition of why it can't be. */
async function newInvite(context: SessionContext, jid: string, inviter: string): Promise<NewInvite | string> {
  const address = parseJid(jid)
  if (address === undefined) return 'jid-malformed'
  const account = localOf(address) === '' ? null : userAddress(context, jid)
  const from = inviter === '' ? null : userAddress(context, inviter)
  for (const user of [account, from]) if (user !== null && isNoUser(user)) return user
  const domain = domainOf(address)
  if (!context.hosts.domains.includes(domain)) return 'item-not-found'
  if (account !== null && (await isGone(context, account as BareJid))) return 'conflict'
  if (from !== null && !(await context.accounts.exists(from as BareJid))) return 'item-not-found'
  return { domain, account, inviter: from, registers: true, subscribes: from !== null } as NewInvite
}

function summary({ number, domain, inviter, account, registers, createdAt, expiresAt, usedBy }: Invite) {
  return {
    number,
    domain,
    inviter: inviter ?? '',
    account: account ?? '',
    registers,
    createdAt: createdAt.getTime(),
    expiresAt: expiresAt.getTime(),
    usedBy: usedBy ?? '',
  }
}
