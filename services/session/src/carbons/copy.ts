import { bareOf, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { isCopied } from '../payloads/eligibility.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { carbonOf, type Direction } from './carbon.ts'
import { CopiedIds } from './copied-ids.ts'

const NOBODY: readonly Resource[] = []

/**
 * Copies a message that arrived to those of the user's resources that want copies and didn't get it (XEP-0280 §7). To be called where
 * it is delivered to the others, right after that: so order and commit are theirs.
 * @returns those that got copies
 */
export function copyReceived(
  context: SessionContext,
  user: User,
  message: Stanza,
  { id = 0, had = NOBODY, trace = '' },
): readonly Resource[] {
  for (const resource of user.resources) {
    if (!takesReceived(resource, message, id) || had.includes(resource)) continue
    if (!wasWorthIt(user, message, 'received')) return NOBODY
    const takers = user.resources.filter((each) => takesReceived(each, message, id) && !had.includes(each))
    copy(context, user, message, { direction: 'received', id, takers, trace })
    return takers
  }
  return NOBODY
}

/** Whether a message of this resource has to be copied to others of its user (XEP-0280 §8). */
export function isCopiedToOthers(user: User, sender: Resource, message: Stanza): boolean {
  for (const resource of user.resources) {
    if (resource === sender || resource.carbonsFrom === 0) continue
    // To oneself: all that aren't meant get copies when it arrives.
    return bareOf(trusted(message.to ?? user.jid)) !== user.jid && wasWorthIt(user, message, 'sent')
  }
  return false
}

/** Copies a message that a resource sends to those others that want copies. */
export function copySent(
  context: SessionContext,
  { user, resource: sender, trace }: { readonly user: User; readonly resource: Resource; readonly trace: string },
  message: Stanza,
  id: number,
): void {
  const takers = user.resources.filter((each) => each !== sender && takes(each, id))
  copy(context, user, message, { direction: 'sent', id, takers, trace })
}

/** Whether what has this archive id was, or is to be, copied to the resource, if it was worth copying at all. */
export function takes(resource: Resource, id: number): boolean {
  return resource.carbonsFrom !== 0 && (id === 0 || id > resource.carbonsFrom)
}

/** XEP-0280 §8: who sent it gets no copy, also of what the user sends to the own account. */
function takesReceived(resource: Resource, message: Stanza, id: number): boolean {
  return takes(resource, id) && message.from !== resource.jid
}

/** XEP-0280 §6.1: an error is copied if what it answers was. */
function wasWorthIt(user: User, message: Stanza, direction: Direction): boolean {
  if (message.type !== 'error') return isCopied(message, direction)
  const peer = direction === 'sent' ? message.to : message.from
  if (user.copied === undefined || peer === undefined || message.id === undefined) return false
  return user.copied.has(bareOf(peer), message.id)
}

function copy(
  context: SessionContext,
  user: User,
  message: Stanza,
  { direction, id, takers, trace }: { direction: Direction; id: number; takers: readonly Resource[]; trace: string },
): void {
  const peer = direction === 'sent' ? message.to : message.from
  if (message.id !== undefined && peer !== undefined && message.type !== 'error') {
    user.copied ??= new CopiedIds()
    user.copied.add(bareOf(peer), message.id)
  }
  const carbon = carbonOf(user, message, direction)
  for (const taker of takers) context.outgoing.deliver(user, taker, carbon.with({ to: taker.jid }), id, trace)
}
