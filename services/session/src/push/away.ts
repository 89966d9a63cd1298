import type { SessionConfig } from '../config.ts'
import type { SessionContext } from '../context.ts'
import { isPushed } from '../payloads/eligibility.ts'
import type { Arrived } from '../pipeline/arrived.ts'
import type { Resource } from '../users/resource.ts'
import type { Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'

type Rules = Pick<SessionConfig['push'], 'inactiveClients'>

/** Whether what is sent to the resource is seen now: somebody holds its stream, or soon will. */
export function isAwake({ attachment, quiet }: Resource, { inactiveClients }: Rules): boolean {
  return attachment !== 'hibernating' && !(inactiveClients && quiet !== undefined)
}

/** Whether what is sent to the account is seen now. */
export function isAttended({ resources }: User, rules: Rules): boolean {
  return resources.some((resource) => resource.available && isAwake(resource, rules))
}

/** Messages for clients that aren't there: those without a session, and those of the session that has missed most. */
export function waitingFor(user: User, rules: Rules): number {
  let most = 0
  for (const resource of user.resources) {
    let missed = 0
    for (const { stanza } of resource.managed?.unacked ?? [])
      if (stanza.name === 'message' && isPushed(stanza)) missed++
    if (!isAwake(resource, rules)) most = Math.max(most, missed)
  }
  return user.offline + most
}

/**
 * Wakes the user if a message that just came was delivered to nobody who is awake (XEP-0357 §7). To be called where it is delivered; who
 * hasn't enabled push costs a comparison.
 */
export function wake(
  context: SessionContext,
  { user, stanza, told }: Pick<Arrived, 'user' | 'stanza' | 'told'>,
  { id, takers }: { readonly id: number; readonly takers: readonly Resource[] },
): void {
  if (user.push === undefined || told || !isPushed(stanza)) return
  // Copies (XEP-0280) are seen as well.
  const rules = context.config.push
  if (takers.some((taker) => isAwake(taker, rules))) return
  if (user.resources.some((each) => each.carbonsFrom !== 0 && isAwake(each, rules))) return
  context.pushes.tell(user, stanza, id)
}

/** The same for what was sent to a session and not acknowledged when its stream was lost: it may not have been seen. */
export function wakeForMissed(context: SessionContext, user: User, missed: Iterable<Delivery>): void {
  const { push } = user
  if (push === undefined || isAttended(user, context.config.push)) return
  let last: Delivery | undefined
  for (const delivery of missed) {
    const { stanza, id } = delivery
    if (stanza.name === 'message' && (id === 0 || id > push.told) && isPushed(stanza)) last = delivery
  }
  if (last) context.pushes.tell(user, last.stanza, last.id)
}
