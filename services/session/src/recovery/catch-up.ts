import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { Stanza } from '@heliograph/stanza'
import { deliverOffline, restore } from '../archive/offline.ts'
import { carbonOf } from '../carbons/carbon.ts'
import { takes } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import { isCopied } from '../payloads/eligibility.ts'
import { isMeantFor } from '../pipeline/targets.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import type { Resource } from '../users/resource.ts'
import type { Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'
import { answerWaiting } from '../users/waiting.ts'
import { endBereft } from './end-bereft.ts'

const PAGE = 500
const RETRY_MS = 250

/**
 * Completes a session that a new owner took over: what the former owner stored for it but could not hand to its edge is in the
 * archive, after the last id that the edge received. One of which no record is left, because live state was lost, ends then: its client would
 * be there, and get nothing. What it didn't acknowledge waits for its next session.
 */
export function catchUp(context: SessionContext, user: User, resource: Resource): void {
  resource.attachment = 'catching-up'
  const conn = resource.conn
  const before = user.lastArchiveId
  fetchMissed(context, user, resource, before)
    .catch((error: unknown) => context.log.warn('catch_up_failed', { jid: resource.jid, error }))
    .finally(() => {
      if (resource.attachment !== 'catching-up' || resource.conn !== conn || !user.resources.includes(resource)) return
      if (resource.bereft) return endBereft(context, user, resource)
      resource.attachment = 'connected'
      context.outgoing.releaseHeld(user, resource)
      // The former owner may have died while it handed over what had waited.
      if (resource.available && resource.priority >= 0) deliverOffline(context, user, resource)
      if (resource.lostEarly) lose(context, user, resource)
      answerWaiting(user, resource)
    })
}

function lose(context: SessionContext, user: User, resource: Resource): void {
  if (resource.closedEarly || !resource.resumable) return endSession(context, user, resource)
  hibernate(context, user, resource)
  context.records.changed(user, resource, resource.lostEarly)
  resource.lostEarly = undefined
}

/**
 * Completes the queue of a session that hibernated when its owner died, or that had been handed over to it a moment before: what that one
 * stored for it last, and had not yet put into the recovery copy. Part of loading its user, so that nothing newer is in the queue before.
 */
export async function completeQueue(context: SessionContext, user: User, resource: Resource): Promise<void> {
  if (!resource.behind) return
  const missed = await missedBy(context, user, resource, user.lastArchiveId)
  if (!resource.behind) return
  resource.behind = false
  if (missed.length > 0) context.events.caughtUp(missed.length)
  for (const { stanza, id } of missed) {
    // Its edge, if that is still there, knows better, and then this is forgotten; else it waits for the next session.
    if (resource.attachment === 'recovering') resource.managed?.unacked.push({ stanza, id })
    else context.outgoing.deliver(user, resource, stanza, id)
  }
}

async function fetchMissed(context: SessionContext, user: User, resource: Resource, before: number): Promise<void> {
  // The archive shows rows of this owner's own before their commit is known here: they are held first, and so recognised.
  await context.archive.flushed()
  await new Promise<void>((resolve) => user.afterCommit.pass(resolve))
  const missed = await persistentlyMissedBy(context, user, resource, before)
  if (resource.attachment !== 'catching-up') return
  const held = resource.held ?? []
  const have = new Set(held.map(({ id }) => id))
  // What came after this owner began is held already, or was not for this resource.
  const found = missed.filter(({ id }) => !have.has(id))
  if (found.length === 0) return
  context.events.caughtUp(found.length)
  resource.held = [...found, ...held]
}

/** While the database is away the session waits, like its user's messages. */
async function persistentlyMissedBy(
  context: SessionContext,
  user: User,
  resource: Resource,
  before: number,
): Promise<Delivery[]> {
  while (resource.attachment === 'catching-up' && context.ownership.heldEpochOf(user.partition) !== 0) {
    try {
      return await missedBy(context, user, resource, before)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      context.log.warn('catch_up_waits', { jid: resource.jid, reason: (error as Error).message })
    }
    await sleep(RETRY_MS)
  }
  return []
}

/** What the archive has for a resource after the last that reached it, up to `before`, oldest first. */
async function missedBy(context: SessionContext, user: User, resource: Resource, before: number): Promise<Delivery[]> {
  const missed: Delivery[] = []
  const queued = new Set<number>()
  for (const { id } of resource.managed?.unacked ?? []) queued.add(id)
  for (let last = resource.lastId; ; ) {
    const page = await context.archive.after(user.jid, last, PAGE)
    for (const message of page) {
      const { id, outgoing } = message
      if (id > before || queued.has(id) || (outgoing && !takes(resource, id))) continue
      const stanza = restore(user, message)
      if (!outgoing && wasMeantFor(user, resource, stanza, id)) missed.push({ stanza, id })
      else if (wasCopiedTo(resource, stanza, { id, outgoing }))
        missed.push({ stanza: carbonOf(user, stanza, outgoing ? 'sent' : 'received').with({ to: resource.jid }), id })
    }
    last = page.at(-1)?.id ?? before
    if (page.length < PAGE || last >= before) return missed
  }
}

function wasCopiedTo(resource: Resource, stanza: Stanza, { id, outgoing }: { id: number; outgoing: boolean }): boolean {
  return stanza.from !== resource.jid && takes(resource, id) && isCopied(stanza, outgoing ? 'sent' : 'received')
}

/** What was sent to the account before the resource was one of the most available went to others. */
function wasMeantFor(user: User, resource: Resource, stanza: Stanza, id: number): boolean {
  if (!isMeantFor(user, resource, stanza)) return false
  return stanza.to === resource.jid || id > resource.eligibleFrom
}
