import { type BareJid, type Domain, type Jid, localOf, makeJid, prepareLocal } from '@heliograph/jid'
import type { Challenge, Questions } from '@heliograph/questions'
import { addressGroup, isLoopback } from '@heliograph/streams'
import type { Invite } from '../invites/invite-store.ts'
import { hashOf, type Invites } from '../invites/invites.ts'
import type { Accounts } from './accounts.ts'
import type { Counters } from './counters.ts'
import { mixesScripts } from './name-scripts.ts'
import { type ThrottleLimits, throttled } from './throttle.ts'

/** The answer to a question that was asked. */
interface Answered {
  readonly challenge?: string
  readonly answer?: string
}

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
  | { readonly ok: true; readonly jid: BareJid; readonly invite?: Invite }
  | {
      readonly ok: false
      readonly condition:
        | 'bad-request'
        | 'conflict'
        | 'item-not-found'
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
  readonly invites: Pick<Invites, 'findForAccount' | 'isPromised'>
  /** What those are asked who come without an invitation where everybody may; undefined: nothing. */
  readonly questions?: Questions
  /** Told why somebody was kept from registering. */
  readonly refused?: (reason: 'address' | 'network' | 'total' | 'invite' | 'answer' | 'name') => void
}

/** Names that one invitation may be tried with in a day: answers tell which are taken. */
const INVITE_TRIES = 20
const DAY_SECONDS = 86_400

const OTHER_NAME = 'the invitation is for another name'
const MANY = 'too many accounts are being registered'
const EXCESS = { address: MANY, network: MANY, total: MANY, invite: 'the invitation was tried too often: try tomorrow' }
// XEP-0445 §4
const VOID: Refusal = { ok: false, condition: 'item-not-found', text: 'The provided token is invalid or expired' }

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

/**
 * Makes an account for somebody who isn't authenticated (XEP-0077 §3.1).
 * @param request with the token of an invitation that was good when it was shown (XEP-0445), else ''
 */
export async function register(
  deps: RegistrationDeps,
  request: { username: string; domain: Domain; password: string; source: string; invite: string } & Answered,
): Promise<RegistrationVerdict> {
  const { accounts, policy, invites } = deps
  const { username, domain, password, source, invite: token, challenge = '', answer = '' } = request
  // XEP-0445 §4: once it was good, it doesn't expire.
  const invite = await invites.findForAccount(token, domain, true)
  if (invite === undefined && !mayRegister(policy, source)) return { ok: false, condition: 'not-allowed' }
  const jid = username === '' ? undefined : makeJid(username, domain)
  if (jid === undefined || password === '' || (policy.reserved.includes(localOf(jid)) && invite?.account !== jid))
    return { ok: false, condition: 'not-acceptable' }
  const refusal = await refusedFor(deps, { jid, domain, source, token, invite, challenge, answer })
  if (refusal !== undefined) return refusal
  const text = await accounts.firstPasswordProblem(jid, password)
  if (text !== undefined) {
    // XEP-0077 §3.1: whose name is taken hears that first.
    return (await accounts.exists(jid))
      ? { ok: false, condition: 'conflict' }
      : { ok: false, condition: 'not-acceptable', text }
  }
  const verdict = await accounts.create(jid, password, invite && hashOf(token))
  if (verdict.ok) {
    if (challenge !== '') await deps.questions?.spend(challenge)
    return { ok: true, jid, ...(invite && { invite }) }
  }
  if (verdict.condition === 'item-not-found') return VOID
  return verdict
}

interface Wish extends Required<Answered> {
  readonly jid: BareJid
  readonly domain: Domain
  readonly source: string
  readonly token: string
  readonly invite: Invite | undefined
}

/** What speaks against an account of that name, made from that address. */
async function refusedFor(deps: RegistrationDeps, wish: Wish): Promise<Refusal | undefined> {
  const { policy, invites, refused } = deps
  const { jid, token, invite } = wish
  if (invite !== undefined && invite.account !== null) {
    // Whoever invited him has chosen the name.
    return invite.account === jid ? undefined : { ok: false, condition: 'not-acceptable', text: OTHER_NAME }
  }
  const excess = await excessOf(deps, wish)
  if (excess !== undefined) {
    refused?.(excess)
    return { ok: false, condition: 'resource-constraint', text: EXCESS[excess] }
  }
  if (!(await answered(deps, wish))) {
    refused?.('answer')
    // XEP-0158 §3.4
    return { ok: false, condition: 'not-acceptable', text: 'that is not the answer: ask for the form again' }
  }
  // XEP-0445 §5
  if (await invites.isPromised(jid, token)) return { ok: false, condition: 'conflict' }
  return invite === undefined && policy.open === 'loopback' ? undefined : refusedName(deps, jid)
}

/** Counts the attempt, cluster-wide, and says what there were too many of. */
async function excessOf({ counters, policy }: RegistrationDeps, { source, token, invite }: Wish) {
  if (invite !== undefined) {
    const tries = await counters.increment(`invite-tries:${hashOf(token).toString('base64url')}`, DAY_SECONDS)
    return tries > INVITE_TRIES ? 'invite' : undefined
  }
  // With `loopback` only whoever is at the machine may register, and they may do as they like.
  return policy.open === 'loopback' ? undefined : throttled(counters, policy.throttle, source)
}

/** Before anything is told of names. */
async function answered({ policy, questions }: RegistrationDeps, wish: Wish): Promise<boolean> {
  if (wish.invite !== undefined || policy.open !== 'always' || !questions?.areAsked) return true
  return (await questions.judge(wish.domain, wish.challenge, wish.answer)) === 'right'
}

/** What somebody at a client is asked before he may make an account (XEP-0158 §6); undefined: nothing. */
export function askQuestion({ policy, questions }: RegistrationDeps, domain: Domain): Challenge | undefined {
  return policy.open === 'always' ? questions?.ask(domain) : undefined
}

async function refusedName(
  { accounts, policy, refused }: RegistrationDeps,
  jid: BareJid,
): Promise<Refusal | undefined> {
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

/**
 * Whether an account may be made with that token (XEP-0445 §4). Wrong ones are counted: who tries many is refused, and so is everybody
 * else at his address for a while.
 */
export async function checkInvite(
  { counters, policy, invites }: RegistrationDeps,
  { token, domain, source }: { token: string; domain: Domain; source: string },
): Promise<Refusal | { readonly ok: true }> {
  const { perAddress, windowSeconds } = policy.throttle
  const key = `invite-failures:${addressGroup(source)}`
  if ((await counters.peek(key)) >= perAddress) return { ok: false, condition: 'resource-constraint' }
  if ((await invites.findForAccount(token, domain)) !== undefined) return { ok: true }
  await counters.increment(key, windowSeconds)
  return VOID
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
