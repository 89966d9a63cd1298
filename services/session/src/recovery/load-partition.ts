import type { SessionContext } from '../context.ts'
import { custodyAdvanced } from '../edges/custody.ts'
import { announceAgain } from '../presence/broadcast.ts'
import { endSession } from '../users/end-session.ts'
import { loadUser } from '../users/load.ts'
import { readStanza } from '../users/read-stanza.ts'
import { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { SERVICE } from './live-records.ts'
import { decodeDelivery, decodeRecord, type SessionRecord } from './record.ts'

/**
 * Takes over a partition: every session that its former owner recorded lives again here, without waiting for anyone to ask, so that
 * none becomes a ghost. Sessions whose edge lives wait for its announcement; hibernating ones wait for their clients.
 */
export async function loadPartition(context: SessionContext, partition: number, epoch: number): Promise<void> {
  const records = await context.live.read({ service: SERVICE, partition })
  const sessions: { user: User; resource: Resource; record: SessionRecord }[] = []
  for (const [field, bytes] of records) {
    try {
      const record = decodeRecord(bytes)
      const user = context.users.get(record.user, partition)
      const resource = revive(context, user, record)
      if (record.attachment === 'hibernating' || record.complete) await restoreQueue(context, partition, resource)
      sessions.push({ user, resource, record })
    } catch (error) {
      context.log.error('session_record_unreadable', { partition, field, error })
    }
  }
  if (sessions.length > 0) context.log.info('sessions_taken_over', { partition, epoch, sessions: sessions.length })
  // Their owners' mailboxes load them when first used; presence needs the roster's version now.
  for (const { user, resource } of sessions) void reannounce(context, user, resource)
}

function revive(context: SessionContext, user: User, record: SessionRecord): Resource {
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
    resource.manage(record.managed.id, record.managed.max, record.managed.base, record.managed.acked)
  }
  resource.presence = record.presence === undefined ? undefined : readStanza(Buffer.from(record.presence))
  resource.priority = record.priority
  resource.revision = record.revision
  resource.interested = record.interested
  resource.directed = record.directed && new Set(record.directed)
  resource.lastId = record.lastId
  resource.complete = record.complete ?? false
  const left = record.until === undefined ? context.config.announceWithinMs : record.until - Date.now()
  resource.attachment = record.attachment === 'hibernating' ? 'hibernating' : 'recovering'
  resource.deadline = performance.now() + Math.max(0, left)
  user.resources.push(resource)
  return resource
}

async function restoreQueue(context: SessionContext, partition: number, resource: Resource): Promise<void> {
  const unacked = resource.managed?.unacked
  if (!unacked) return
  const items = (await context.live.readList({ service: SERVICE, partition }, resource.jid)).map(decodeDelivery)
  let last = (items[0]?.count ?? unacked.acked + 1) - 1
  unacked.acked = last
  for (const { count, stanza, id } of items) {
    // Appended again when the store did not answer in time.
    if (count <= last) continue
    last = count
    unacked.push({ stanza, id })
    resource.lastId = Math.max(resource.lastId, id)
  }
}

async function reannounce(context: SessionContext, user: User, resource: Resource): Promise<void> {
  try {
    if (user.profile === undefined) await loadUser(context, user)
    if (!user.exists) return endSession(context, user, resource)
    announceAgain(context, user, resource)
  } catch (error) {
    context.log.error('session_take_over_failed', { jid: resource.jid, error })
  }
}
