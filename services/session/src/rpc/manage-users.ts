import { type BareJid, domainOf, isBare, type Jid, localOf, parseJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { SessionContext } from '../context.ts'
import { eraseUser } from '../users/erase-user.ts'
import { persistently } from '../users/persistently.ts'
import { endSessionsOf, removeUser } from '../users/remove-user.ts'
import { everywhere } from './everywhere.ts'

/** `condition` is one of a stanza error; `text` says more, where there is more to say. */
export type Managed =
  | { readonly ok: true }
  | { readonly ok: false; readonly condition: string; readonly text?: string | undefined }

/** An address that a user of this server may have, or why it isn't one. */
export function userAddress(
  context: Pick<SessionContext, 'hosts'>,
  text: string,
): BareJid | 'jid-malformed' | 'item-not-found' {
  const jid = parseJid(text)
  if (jid === undefined || !isBare(jid) || localOf(jid as Jid) === '') return 'jid-malformed'
  return context.hosts.domains.includes(domainOf(jid as Jid)) ? (jid as BareJid) : 'item-not-found'
}

export function isNoUser(jid: ReturnType<typeof userAddress>): jid is 'jid-malformed' | 'item-not-found' {
  return jid === 'jid-malformed' || jid === 'item-not-found'
}

/** @param force any password will do */
export async function createUser(
  { accounts, config }: SessionContext,
  jid: BareJid,
  password: string,
  force = false,
): Promise<Managed> {
  if (config.policies.get(domainOf(jid as Jid))?.anonymous !== undefined)
    return { ok: false, condition: 'not-allowed', text: 'users of this domain have no accounts' }
  const text = force ? undefined : await accounts.firstPasswordProblem(jid, password)
  // Whose name is taken hears that first.
  if (text !== undefined && !(await accounts.exists(jid))) return { ok: false, condition: 'not-acceptable', text }
  return text === undefined ? accounts.create(jid, password) : { ok: false, condition: 'conflict' }
}

/** @param force any password will do */
export async function setPassword(
  { accounts }: SessionContext,
  jid: BareJid,
  password: string,
  force = false,
): Promise<Managed> {
  if (!(await accounts.exists(jid))) return { ok: false, condition: 'item-not-found' }
  const text = force ? undefined : await accounts.passwordProblem(jid, password)
  return text === undefined ? accounts.setPassword(jid, password) : { ok: false, condition: 'not-acceptable', text }
}

/** Ends the account's sessions, wherever they are, and removes all that is stored of it. */
export async function deleteUser(context: SessionContext, jid: BareJid): Promise<Managed> {
  const result = await context.accounts.delete(jid)
  if (!result.ok) return result
  const { replies } = await everywhere(context, (client) => client.deleteUser({ jid, localOnly: true }))
  // Between two owners nobody tells the contacts; what is stored goes all the same.
  if (!replies.some(({ ok }) => ok)) await eraseUser(context, jid)
  return result
}

/** At the owner: the rest of a user whose account is deleted. */
export async function removeHere(context: SessionContext, jid: BareJid): Promise<Managed> {
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

/** Disabled, an account still exists and receives, but nobody logs in to it; its sessions end. */
export async function setDisabled(context: SessionContext, jid: BareJid, disabled: boolean): Promise<Managed> {
  const result = await context.accounts.setDisabled(jid, disabled)
  if (result.ok && disabled) await kickEverywhere(context, jid, 'the account was disabled')
  return result
}

/** Ends the sessions of a bare JID, or the one of a full JID; resolves how many. They can't be resumed. */
export async function kickEverywhere(context: SessionContext, jid: string, reason: string): Promise<number> {
  const { replies } = await everywhere(context, (client) => client.kick({ jid, reason, localOnly: true }))
  return replies.reduce((sum, { kicked }) => sum + kicked, 0)
}
