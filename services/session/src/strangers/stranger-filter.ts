import { bareOf, type Jid, localOf, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { StrangerPolicy } from '../config.ts'
import type { SessionContext } from '../context.ts'
import { isOfflineStorable } from '../payloads/eligibility.ts'
import type { User } from '../users/user.ts'
import { Allowance } from './allowance.ts'

type Treatment = StrangerPolicy['messages']

/** `refuse`: as if there were no such account; `ignore`: what is not answered where there is none either. */
export type StrangerVerdict = 'pass' | 'refuse' | 'ignore'

/** A message to a user of a domain that filters those of strangers. */
export function judgeMessage(context: SessionContext, user: User, stanza: Stanza): StrangerVerdict {
  const policy = policyOf(context, user)
  if (policy === undefined || stanza.type === 'error' || stanza.type === 'groupchat') return 'pass'
  if (admits(user, trusted(stanza.from!), policy, policy.messages)) return 'pass'
  context.events.strangerRefused()
  return answersMessage(stanza) ? 'refuse' : 'ignore'
}

/** What nobody is told of messages to nobody, nobody is told of those that a user doesn't get. */
export function answersMessage(stanza: Stanza): boolean {
  return stanza.type !== 'headline' && (isOfflineStorable(stanza) || stanza.hasBody)
}

/** A subscription request: dropped as one to nobody is (RFC 6121 §8.5.1). */
export function admitsRequest(context: SessionContext, user: User, stanza: Stanza): boolean {
  const policy = policyOf(context, user)
  if (policy === undefined) return true
  if (admits(user, trusted(stanza.from!), policy, policy.requests)) return true
  context.events.strangerRefused()
  return false
}

function policyOf({ config }: SessionContext, user: User): StrangerPolicy | undefined {
  return config.policies.get(user.domain)?.strangers
}

function admits(user: User, from: Jid, policy: StrangerPolicy, treatment: Treatment): boolean {
  if (treatment === 'pass' || !isStranger(user, from)) return true
  if (treatment === 'refuse') return false
  user.strangers ??= new Allowance(policy.perMinute)
  return user.strangers.take(user.touched)
}

/**
 * Somebody in no relation to the user: not on the roster (which holds who has asked or was asked, too), no server or service, nobody
 * whom the user told his presence, as a room, or wrote to lately.
 */
export function isStranger(user: User, from: Jid): boolean {
  return isUnrelated(user, from) && localOf(from) !== ''
}

/** The same of servers and services, too. */
export function isUnrelated(user: User, from: Jid): boolean {
  if (user.addressed?.has(from) || !user.exists) return false
  const bare = bareOf(from)
  if (bare === user.jid || user.roster.get(bare) !== undefined) return false
  return !user.resources.some(({ directed }) => directed && [...directed].some((to) => bareOf(trusted(to)) === bare))
}
