import { codecs, Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { announceUnavailable } from '../presence/broadcast.ts'
import { wakeForMissed } from '../push/away.ts'
import { Bygone } from './bygone.ts'
import type { Resource } from './resource.ts'
import { salvage } from './salvage.ts'
import type { User } from './user.ts'
import { answerWaiting } from './waiting.ts'

/** The stream is lost but the client may come back: everything goes on, deliveries wait (XEP-0198 §5). */
export function hibernate(context: SessionContext, user: User, resource: Resource): void {
  const managed = resource.managed
  if (!managed) return
  for (const delivery of resource.held ?? []) if (resource.admits(delivery)) managed.unacked.push(delivery)
  resource.held = undefined
  // XEP-0352 §5.2: should the client come back, it is active.
  for (const delivery of resource.quiet?.drain() ?? []) managed.unacked.push(delivery)
  resource.quiet = undefined
  resource.complete = false
  resource.attachment = 'hibernating'
  resource.deadline = performance.now() + managed.max * 1000
  context.events.hibernated()
  context.records.changed(user, resource)
  context.records.replaceUnacked(user, resource)
  wakeForMissed(context, user, managed.unacked)
}

/**
 * The session is over. Watchers are told, what its client never acknowledged goes elsewhere. With `reason` a live stream is closed with
 * that stream error. `kept` is called when another owner would find what was never acknowledged: until then its edge has to keep it.
 */
export function endSession(
  context: SessionContext,
  user: User,
  resource: Resource,
  reason?: { condition: string; text: string },
  kept: () => void = () => resource.lostEarly?.(),
): void {
  if (!user.resources.includes(resource)) return
  if (reason && resource.attachment !== 'hibernating') {
    context.outgoing.tellEdge(user, resource, Op.disconnect, (envelope) => {
      envelope.body = codecs.disconnect.encode(reason)
    })
  }
  const unacked = resource.managed?.unacked.drain() ?? []
  const undelivered = [...unacked, ...(resource.held ?? []), ...(resource.quiet?.drain() ?? [])]
  resource.held = undefined
  resource.quiet = undefined
  if (resource.managed !== undefined && resource.resumable) {
    user.bygone ??= new Bygone()
    user.bygone.add(resource.managed.id, resource.handled)
  }
  user.remove(resource)
  context.records.removed(user, resource)
  context.capabilities.left(resource)
  context.events.sessionEnded()
  announceUnavailable(context, user, resource)
  // Of what came to one that hibernates they know.
  if (resource.attachment !== 'hibernating') wakeForMissed(context, user, undelivered)
  salvage(context, user, undelivered, kept)
  answerWaiting(user, resource)
}
