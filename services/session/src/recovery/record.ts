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
    ...(resource.complete && { complete: true }),
  }
  return Buffer.from(JSON.stringify(record))
}

export function decodeRecord(bytes: Buffer): SessionRecord {
  return JSON.parse(bytes.toString()) as SessionRecord
}

/** A delivery in the queue of a session, with its outbound count: an entry that was appended twice is known by it. */
export interface QueuedDelivery extends Delivery {
  readonly count: number
}

/** `<count> <archive id> <stanza>`. */
export function encodeDelivery({ count, stanza, id }: QueuedDelivery): Uint8Array {
  return Buffer.concat([Buffer.from(`${count} ${id} `), stanza.toBytes()])
}

export function decodeDelivery(bytes: Buffer): QueuedDelivery {
  const first = bytes.indexOf(0x20)
  const second = bytes.indexOf(0x20, first + 1)
  return {
    count: Number(bytes.subarray(0, first)),
    id: Number(bytes.subarray(first + 1, second)),
    stanza: readStanza(bytes.subarray(second + 1)),
  }
}
