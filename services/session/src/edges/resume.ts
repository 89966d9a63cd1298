import { codecs, Op } from '@heliograph/bus'
import { Marks } from '@heliograph/distribution'
import { acknowledge } from '../archive/taken.ts'
import { setClientState } from '../client-state/client-state.ts'
import type { SessionContext } from '../context.ts'
import type { Managed, Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'
import { waitFor } from '../users/waiting.ts'
import { refuseOpen } from './open.ts'

/** How long a resumption waits for what its client sent before to be in custody, milliseconds. */
const SETTLE_MS = 1_000

/** So long after a change of owners edges may still tell of a session that no record is left of. */
const SPEAK_MS = 1_000

/**
 * A client wants its session back, at whatever edge it came in (XEP-0198 §5). What its old connection still holds is void from here on:
 * what the client sends again carries the same counts, so nothing is taken twice.
 */
export function handleResume(context: SessionContext, user: User, work: Work): void {
  const { envelope, from } = work
  if (context.departed.has(from)) return
  const resume = codecs.resume.decode(envelope.body!)
  const resource = user.resources.find((candidate) => candidate.managed?.id === resume.previd && candidate.resumable)
  const managed = resource?.managed
  // Asked again, because the way here was set up anew before our answer arrived: that is on its way, with what follows it.
  if (resource?.attachment === 'connected' && resource.isOn(from, envelope.conn)) return
  if (resource?.isIncomplete) return waitFor(resource, { envelope, from })
  if (resource && !resource.custody.isSettled && !work.settled) return letSettle(user, resource, work)
  if (!resource && !work.settled && context.tenure.isSettling(user.partition, SPEAK_MS)) return letSpeak(user, work)
  if (!resource || !managed || !acknowledge(context, user, managed.unacked, resume.h)) {
    context.events.resumeFailed()
    return refuseOpen(context, user, from, envelope.conn, 'item-not-found', user.bygone?.handledOf(resume.previd))
  }
  const wasHibernating = resource.attachment === 'hibernating'
  if (!wasHibernating) dismiss(context, user, resource)
  resource.attachment = 'connected'
  resource.edge = from
  resource.conn = envelope.conn
  resource.origin = resume
  // The new edge reads it.
  resource.shapedUntil = 0
  context.events.resumed()
  context.outgoing.tellEdge(user, resource, Op.resumed, (reply) => {
    reply.body = codecs.resumed.encode({
      jid: resource.jid,
      stream: resource.stream,
      previd: resume.previd,
      h: resource.handled,
      base: managed.base,
      max: managed.max,
      lastId: writtenBefore(resource, managed),
    })
    const marks = marksBefore(resource, managed)
    reply.recipients = marks?.sources
    reply.ids = marks?.sequences
  })
  context.outgoing.replay(user, resource)
  context.outgoing.releaseHeld(user, resource)
  // XEP-0352 §5.2: a resumed stream is active.
  setClientState(context, user, resource, false)
  context.records.changed(user, resource)
  if (wasHibernating || resource.complete) context.records.dropUnacked(user, resource)
  resource.complete = false
}

/**
 * What the client sent before is being stored or handed over: a moment later `h` covers it, and nobody need send it again. Some clients
 * don't, and take the next count for their next stanza.
 */
function letSettle(user: User, resource: Resource, { envelope, from }: Work): void {
  const patience = setTimeout(goOn, SETTLE_MS)
  let gone = false
  resource.custody.whenSettled(goOn)

  function goOn(): void {
    clearTimeout(patience)
    if (!gone) user.mailbox.push({ envelope, from, settled: true })
    gone = true
  }
}

/** Should the edge that had the session tell of it yet, its client learns what was taken of what it said. */
function letSpeak(user: User, { envelope, from }: Work): void {
  setTimeout(() => user.mailbox.push({ envelope, from, settled: true }), SPEAK_MS)
}

/** The highest archive id below everything that is still to be written: should this owner die now, the edge has that much. */
function writtenBefore(resource: Resource, { unacked }: Managed): number {
  let id = resource.lastId
  for (const delivery of unacked) if (delivery.id > 0) id = Math.min(id, delivery.id - 1)
  return id
}

/** The same for what rooms and nodes distributed. */
function marksBefore({ marks }: Resource, { unacked }: Managed): Marks | undefined {
  if (marks === undefined) return undefined
  const before = new Map(marks)
  for (const { mark } of unacked) {
    if (mark === undefined) continue
    const { source, sequence } = mark
    before.set(source, Math.min(before.get(source) ?? sequence, sequence - 1))
  }
  return Marks.of(before)
}

/** The old stream of a session that was resumed elsewhere while it lived ends (XEP-0198 §5). */
function dismiss(context: SessionContext, user: User, resource: Resource): void {
  context.outgoing.tellEdge(user, resource, Op.disconnect, (reply) => {
    reply.body = codecs.disconnect.encode({ condition: 'conflict', text: 'resumed elsewhere' })
  })
}
