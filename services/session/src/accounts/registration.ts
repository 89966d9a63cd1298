import { type BareJid, type Domain, type Jid, localOf, makeJid, prepareLocal } from '@heliograph/jid'
import type { Accounts } from './accounts.ts'
import { isLoopback } from './address-group.ts'
import type { Counters } from './counters.ts'
import { mixesScripts } from './name-scripts.ts'
import { type ThrottleLimits, throttled } from './throttle.ts'

/** What in-band registration (XEP-0077) may do. */
export interface RegistrationPolicy {
  readonly open: 'never' | 'loopback' | 'always'
  /** Of those who may register from anywhere. */
  readonly throttle: ThrottleLimits
  /** Whether names are refused that look like others. */
  readonly similarNames: 'refuse' | 'allow'
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

type Refusal = Extract<RegistrationVerdict, { readonly ok: false }>

export interface RegistrationDeps {
  readonly accounts: Accounts
  readonly counters: Counters
  readonly policy: RegistrationPolicy
  /** Told why somebody was kept from registering. */
  readonly refused?: (reason: 'address' | 'network' | 'total' | 'name') => void
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
  deps: RegistrationDeps,
  request: { username: string; domain: Domain; password: string; source: string },
): Promise<RegistrationVerdict> {
  const { accounts, policy } = deps
  const { username, domain, password, source } = request
  if (!mayRegister(policy, source)) return { ok: false, condition: 'not-allowed' }
  const jid = username === '' ? undefined : makeJid(username, domain)
  if (jid === undefined || password === '' || policy.reserved.includes(localOf(jid)))
    return { ok: false, condition: 'not-acceptable' }
  // With `loopback` only whoever is at the machine may register, and they may do as they like.
  if (policy.open !== 'loopback') {
    const refusal = await refusedFor(deps, jid, source)
    if (refusal !== undefined) return refusal
  }
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

/** What speaks against an account of that name, made from that address. */
async function refusedFor(deps: RegistrationDeps, jid: BareJid, source: string): Promise<Refusal | undefined> {
  const { accounts, counters, policy, refused } = deps
  const excess = await throttled(counters, policy.throttle, source)
  if (excess !== undefined) {
    refused?.(excess)
    return { ok: false, condition: 'resource-constraint', text: 'too many accounts are being registered' }
  }
  const judges = policy.similarNames === 'refuse'
  if (judges && mixesScripts(localOf(jid as Jid))) {
    refused?.('name')
    return { ok: false, condition: 'not-acceptable', text: 'the name mixes scripts' }
  }
  const { taken, removed, similar } = await accounts.nameFacts(jid, policy.reserved)
  if (taken) return { ok: false, condition: 'conflict' }
  if (!removed && !(judges && similar)) return undefined
  refused?.('name')
  const text = removed ? 'the name was in use until lately' : 'the name looks like another one'
  return { ok: false, condition: 'conflict', text }
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
