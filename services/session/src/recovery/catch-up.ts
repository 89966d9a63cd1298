import { restore } from '../archive/offline.ts'
import type { SessionContext } from '../context.ts'
import { isMeantFor } from '../pipeline/targets.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { answerWaiting } from '../users/waiting.ts'

const LIMIT = 1000

/**
 * Completes a session that a new owner took over: what the former owner stored for it but could not hand to its edge is in the
 * archive, after the last id that the edge received.
 */
export function catchUp(context: SessionContext, user: User, resource: Resource): void {
  resource.attachment = 'catching-up'
  const conn = resource.conn
  const before = user.lastArchiveId
  fetchMissed(context, user, resource, before)
    .catch((error: unknown) => context.log.warn('catch_up_failed', { jid: resource.jid, error }))
    .finally(() => {
      if (resource.attachment !== 'catching-up' || resource.conn !== conn || !user.resources.includes(resource)) return
      resource.attachment = 'connected'
      context.outgoing.releaseHeld(user, resource)
      if (resource.lostEarly) lose(context, user, resource)
      answerWaiting(user, resource)
    })
}

function lose(context: SessionContext, user: User, resource: Resource): void {
  if (!resource.resumable) return endSession(context, user, resource)
  hibernate(context, user, resource)
  context.records.changed(user, resource, resource.lostEarly)
  resource.lostEarly = undefined
}

async function fetchMissed(context: SessionContext, user: User, resource: Resource, before: number): Promise<void> {
  const missed = await context.archive.receivedAfter(user.jid, resource.lastId, LIMIT)
  if (resource.attachment !== 'catching-up') return
  const held = resource.held ?? []
  const have = new Set(held.map(({ id }) => id))
  const found = missed
    // What came after this owner began is held already, or was not for this resource.
    .filter(({ id }) => id <= before && !have.has(id))
    .map((message) => ({ id: message.id, stanza: restore(user, message) }))
    .filter(({ stanza }) => isMeantFor(user, resource, stanza))
  if (found.length === 0) return
  context.events.caughtUp(found.length)
  resource.held = [...found, ...held]
}
