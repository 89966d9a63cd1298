import { type BareJid, type Domain, localOf, makeJid, prepareLocal } from '@heliograph/jid'
import type { Accounts } from './accounts.ts'
import { addressGroup, isLoopback } from './address-group.ts'
import type { Counters } from './counters.ts'

/** What in-band registration (XEP-0077) may do. */
export interface RegistrationPolicy {
  readonly open: 'never' | 'loopback' | 'always'
  /** Accounts one client address may make within the window, unless only this machine may make any. */
  readonly perAddress: { readonly count: number; readonly windowSeconds: number }
  /** Local parts nobody may take. */
  readonly reserved: readonly string[]
  readonly changePassword: boolean
  readonly remove: boolean
}

/** Conditions of the stanza error to answer with (RFC 6120 §8.3.3). */
export type RegistrationVerdict =
  | { readonly ok: true; readonly jid: BareJid }
  | {
      readonly ok: false
      readonly condition:
        | 'bad-request'
        | 'conflict'
        | 'not-acceptable'
        | 'not-allowed'
        | 'not-authorized'
        | 'registration-required'
        | 'resource-constraint'
      /** For who asked. */
      readonly text?: string
    }

export interface RegistrationDeps {
  readonly accounts: Accounts
  readonly counters: Counters
  readonly policy: RegistrationPolicy
}

/** The accounts administrators and mail standards expect to be their own (RFC 2142). */
export const RESERVED_NAMES = [
  'abuse',
  'admin',
  'administrator',
  'hostmaster',
  'postmaster',
  'root',
  'webmaster',
  'xmpp',
]

/** Whether a client at this address is offered registration. */
export function mayRegister(policy: RegistrationPolicy, source: string): boolean {
  return policy.open === 'always' || (policy.open === 'loopback' && isLoopback(source))
}

/** Makes an account for somebody who isn't authenticated (XEP-0077 §3.1). */
export async function register(
  { accounts, counters, policy }: RegistrationDeps,
  request: { username: string; domain: Domain; password: string; source: string },
): Promise<RegistrationVerdict> {
  const { username, domain, password, source } = request
  if (!mayRegister(policy, source)) return { ok: false, condition: 'not-allowed' }
  const jid = username === '' ? undefined : makeJid(username, domain)
  if (jid === undefined || password === '' || policy.reserved.includes(localOf(jid)))
    return { ok: false, condition: 'not-acceptable' }
  if (await tooMany(counters, policy, source)) return { ok: false, condition: 'resource-constraint' }
  const text = await accounts.firstPasswordProblem(jid, password)
  if (text !== undefined) {
    // XEP-0077 §3.1: whose name is taken hears that first.
    return (await accounts.exists(jid))
      ? { ok: false, condition: 'conflict' }
      : { ok: false, condition: 'not-acceptable', text }
  }
  const verdict = await accounts.create(jid, password)
  if (verdict.ok) return { ok: true, jid }
  return { ok: false, condition: verdict.condition === 'conflict' ? 'conflict' : 'not-acceptable' }
}

/** With `open: loopback` only whoever is at the machine may register, and they may do as they like. */
async function tooMany(counters: Counters, policy: RegistrationPolicy, source: string): Promise<boolean> {
  if (policy.open === 'loopback') return false
  const made = await counters.increment(`registrations:${addressGroup(source)}`, policy.perAddress.windowSeconds)
  return made > policy.perAddress.count
}

/** Changes the password of an authenticated user (XEP-0077 §3.3). */
export async function changePassword(
  { accounts, policy }: Pick<RegistrationDeps, 'accounts' | 'policy'>,
  request: { jid: BareJid; username: string; password: string; encrypted: boolean },
): Promise<RegistrationVerdict> {
  const { jid, username, password, encrypted } = request
  if (!policy.changePassword) return { ok: false, condition: 'not-allowed' }
  if (!encrypted) return { ok: false, condition: 'not-authorized' }
  // XEP-0077 §3.3: an empty password changes nothing; the name is required, and only one's own will do.
  if (password === '' || prepareLocal(username) !== localOf(jid)) return { ok: false, condition: 'bad-request' }
  const text = await accounts.passwordProblem(jid, password)
  if (text !== undefined) return { ok: false, condition: 'not-acceptable', text }
  const verdict = await accounts.setPassword(jid, password)
  if (verdict.ok) return { ok: true, jid }
  return {
    ok: false,
    condition: verdict.condition === 'item-not-found' ? 'registration-required' : 'not-acceptable',
  }
}

/** Removes the account of an authenticated user (XEP-0077 §3.2). */
export async function cancelRegistration(
  { accounts, policy }: Pick<RegistrationDeps, 'accounts' | 'policy'>,
  jid: BareJid,
): Promise<RegistrationVerdict> {
  if (!policy.remove) return { ok: false, condition: 'not-allowed' }
  const verdict = await accounts.delete(jid)
  return verdict.ok ? { ok: true, jid } : { ok: false, condition: 'registration-required' }
}
