import { Marks } from '@heliograph/distribution'
import { readStanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { custodyAdvanced } from '../edges/custody.ts'
import { managed, Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { SERVICE } from './live-records.ts'
import { decodeDelivery, decodeRecord, type QueuedDelivery, type SessionRecord } from './record.ts'

/**
 * Takes over a partition: every session that its former owner recorded lives again here, without waiting for anyone to ask, so that
 * none becomes a ghost. Sessions whose edge lives wait for its announcement; hibernating ones wait for their clients. May be tried again
 * when it rejects.
 */
export async function loadPartition(
  context: SessionContext,
  { partition, epoch, usurped }: { readonly partition: number; readonly epoch: number; readonly usurped: boolean },
): Promise<void> {
  context.users.dropPartition(partition)
  context.tenure.began(partition)
  const place = { service: SERVICE, partition }
  let sessions = 0
  for (const [field, bytes] of await context.live.read(place)) {
    const record = attempt(context, field, () => decodeRecord(bytes))
    if (record === undefined) continue
    const whole = record.attachment === 'hibernating' || record.complete
    const queue = whole ? await context.live.readList(place, record.jid) : []
    attempt(context, field, () =>
      revive(context, context.users.get(record.user, partition), { record, queue, usurped }),
    )
    sessions++
  }
  if (sessions > 0) context.log.info('sessions_taken_over', { partition, epoch, sessions })
}

/** One record that can't be read must not keep the others from being served. */
function attempt<T>(context: SessionContext, field: string, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    context.log.error('session_record_unreadable', { jid: field, error })
    return undefined
  }
}

interface Found {
  readonly record: SessionRecord
  readonly queue: readonly Buffer[]
  readonly usurped: boolean
}

function revive(context: SessionContext, user: User, { record, queue, usurped }: Found): void {
  const resource = new Resource({
    jid: record.jid,
    name: record.jid.slice(user.jid.length + 1),
    stream: record.stream,
    edge: record.edge,
    conn: record.conn,
    origin: record.origin,
    received: record.settled,
    since: record.since,
    custodyAdvanced: custodyAdvanced(context, user),
  })
  if (record.managed) {
    const { id, max, base, acked } = record.managed
    resource.managed = managed(id, max, base, acked)
  }
  resource.presence = record.presence === undefined ? undefined : readStanza(Buffer.from(record.presence))
  resource.priority = record.priority
  resource.revision = record.revision
  resource.eligibleFrom = record.eligibleFrom
  resource.interested = record.interested
  resource.carbonsFrom = record.carbonsFrom ?? 0
  resource.watchesBlocks = record.watchesBlocks ?? false
  resource.directed = record.directed && new Set(record.directed)
  resource.lastId = record.lastId
  if (record.marks) resource.marks = Marks.of(record.marks)
  resource.attachment = record.attachment === 'hibernating' ? 'hibernating' : 'recovering'
  // An edge that died, too, tells nothing any more.
  const patience = context.departed.has(record.edge) ? 0 : context.config.announceWithinMs
  const left = record.until === undefined ? patience : record.until - Date.now()
  resource.deadline = performance.now() + Math.max(0, left)
  restoreQueue(resource, queue.map(decodeDelivery))
  judge(resource, record, usurped)
  if (resource.available) resource.hears = 'inherited'
  user.resources.push(resource)
  context.capabilities.note(user, resource)
  const prominent = user.mostAvailable()
  for (const each of user.resources) each.prominent = prominent.includes(each)
}

/** How far what the recovery copy says of it can be relied on. */
function judge(resource: Resource, record: SessionRecord, usurped: boolean): void {
  resource.complete = record.complete === true && !usurped
  // The heir to whom it was handed over died before it wrote what it made of it: its edge may know more than is in the queue.
  resource.wasComplete = record.complete === true && usurped
  resource.behind = resource.wasComplete || (resource.attachment === 'hibernating' && !resource.complete)
  // A former owner that died may not have told anyone; one that handed over has.
  resource.takenOver = !resource.complete
}

function restoreQueue(resource: Resource, queue: readonly QueuedDelivery[]): void {
  const unacked = resource.managed?.unacked
  if (!unacked) return
  let last = (queue[0]?.count ?? unacked.acked + 1) - 1
  unacked.acked = last
  for (const delivery of queue) {
    const { count, stanza, id, mark } = delivery
    // Appended again when the store did not answer in time.
    if (count <= last) continue
    last = count
    resource.admits(delivery)
    unacked.push({ stanza, id, mark })
    resource.lastId = Math.max(resource.lastId, id)
  }
}
