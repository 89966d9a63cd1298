import type { Mark } from '@heliograph/distribution'
import type { BareJid, FullJid } from '@heliograph/jid'
import { readStanza } from '@heliograph/stanza'
import type { Attachment, Origin, Resource } from '../users/resource.ts'
import type { Delivery } from '../users/unacked.ts'
import type { User } from '../users/user.ts'

/** What the recovery copy holds of a resource. JSON; fields are only ever added. */
export interface SessionRecord {
  readonly user: BareJid
  readonly jid: FullJid
  readonly stream: string
  readonly edge: string
  readonly conn: number
  readonly attachment: Attachment
  readonly origin: Origin
  readonly since: number
  readonly settled: number
  readonly managed?: { readonly id: string; readonly max: number; readonly base: number; readonly acked: number }
  /** Wall time (ms) at which a hibernating session ends. */
  readonly until?: number
  readonly presence?: string
  readonly priority: number
  readonly revision: number
  readonly eligibleFrom: number
  readonly interested: boolean
  readonly carbonsFrom?: number
  readonly watchesBlocks?: boolean
  readonly directed?: readonly string[]
  readonly lastId: number
  /** Of a session whose queue is beside it: how far it has come with rooms and nodes. */
  readonly marks?: readonly (readonly [source: string, sequence: number])[]
  /** Written at a planned hand-over, with the queue beside it: nothing of the session is missing. */
  readonly complete?: boolean
}

export function encodeRecord(user: User, resource: Resource): Uint8Array {
  const managed = resource.managed
  const record: SessionRecord = {
    user: user.jid,
    jid: resource.jid,
    stream: resource.stream,
    edge: resource.edge,
    conn: resource.conn,
    attachment: resource.attachment,
    origin: {
      address: resource.origin.address,
      secure: resource.origin.secure,
      mechanism: resource.origin.mechanism,
      transport: resource.origin.transport,
    },
    since: resource.since,
    settled: resource.custody.settled,
    ...(managed && {
      managed: { id: managed.id, max: managed.max, base: managed.base, acked: managed.unacked.acked },
    }),
    ...(resource.attachment === 'hibernating' && {
      until: Date.now() + Math.max(0, resource.deadline - performance.now()),
    }),
    ...(resource.presence && { presence: resource.presence.toString() }),
    priority: resource.priority,
    revision: resource.revision,
    eligibleFrom: resource.eligibleFrom,
    interested: resource.interested,
    ...(resource.carbonsFrom !== 0 && { carbonsFrom: resource.carbonsFrom }),
    ...(resource.watchesBlocks && { watchesBlocks: true }),
    ...(resource.directed && { directed: [...resource.directed] }),
    lastId: resource.lastId,
    ...(resource.marks && isWhole(resource) && { marks: [...resource.marks] }),
    ...(resource.complete && { complete: true }),
  }
  return Buffer.from(JSON.stringify(record))
}

/** Of others the edge knows better. */
function isWhole({ attachment, complete }: Resource): boolean {
  return attachment === 'hibernating' || complete
}

export function decodeRecord(bytes: Buffer): SessionRecord {
  return JSON.parse(bytes.toString()) as SessionRecord
}

/** A delivery in the queue of a session, with its outbound count: an entry that was appended twice is known by it. */
export interface QueuedDelivery extends Delivery {
  readonly count: number
}

/** `<count> <archive id> <stanza>`; what a room or node distributed: `<count> <archive id> <sequence> <source> <stanza>`. */
export function encodeDelivery({ count, stanza, id, mark }: QueuedDelivery): Uint8Array {
  const origin = mark === undefined ? '' : `${mark.sequence} ${encodeURIComponent(mark.source)} `
  return Buffer.concat([Buffer.from(`${count} ${id} ${origin}`), stanza.toBytes()])
}

export function decodeDelivery(bytes: Buffer): QueuedDelivery {
  const head = bytes.subarray(0, bytes.indexOf('<')).toString()
  const [count, id, sequence, source] = head.split(' ')
  const mark: Mark | undefined = source ? { source: decodeURIComponent(source), sequence: Number(sequence) } : undefined
  return { count: Number(count), id: Number(id), stanza: readStanza(bytes.subarray(Buffer.byteLength(head))), mark }
}
