import type { Database } from '@heliograph/database'
import { type BareJid, isBare, type Jid } from '@heliograph/jid'
import { fitting } from './fitting.ts'
import { peerOf, type StoredMessage } from './row.ts'

/** Which messages of an archive are wanted (XEP-0313 §4.1). Times in milliseconds, both ends included. */
export interface ArchiveFilter {
  /** A bare address stands for all its resources, a full one for itself alone (§4.1.1). */
  readonly with: Jid | undefined
  readonly start: number | undefined
  readonly end: number | undefined
}

/** Which page of them (XEP-0059). */
export type PageRequest =
  | { readonly from: 'start'; readonly max: number; readonly after: number | undefined }
  | { readonly from: 'end'; readonly max: number; readonly before: number | undefined }

export interface ArchivePage {
  /** Oldest first. */
  readonly messages: readonly StoredMessage[]
  /** No further messages in the direction of paging. */
  readonly complete: boolean
}

const MICROS = 1000

/** Reads one page, a shorter one when the messages are large; one row more than asked for tells whether there are others. */
export async function readPage(
  db: Database,
  owner: BareJid,
  filter: ArchiveFilter,
  page: PageRequest & { readonly maxBytes: number },
): Promise<ArchivePage> {
  const low = Math.max((filter.start ?? 0) * MICROS, page.from === 'start' ? (page.after ?? 0) + 1 : 0)
  const end = filter.end === undefined ? Number.MAX_SAFE_INTEGER : filter.end * MICROS + MICROS - 1
  const high = page.from === 'end' && page.before !== undefined ? Math.min(end, page.before - 1) : end
  const params: unknown[] = [owner, low, high, page.max + 1]
  const peer = peerCondition(filter, params)
  const { rows } = await db.query<{ id: string; stanza: string }>(
    `archive_page ${page.from} ${params.length}`,
    `SELECT id, stanza FROM archive WHERE owner = $1 AND NOT transient AND id BETWEEN $2 AND $3${peer}
     ORDER BY id ${page.from === 'start' ? 'ASC' : 'DESC'} LIMIT $4`,
    params,
  )
  const taken = fitting(rows.slice(0, page.max), page.maxBytes)
  const messages = taken.map((row) => ({ id: Number(row.id), stanza: row.stanza }))
  if (page.from === 'end') messages.reverse()
  return { messages, complete: rows.length <= messages.length }
}

export async function countMatching(db: Database, owner: BareJid, filter: ArchiveFilter): Promise<number> {
  const params: unknown[] = [
    owner,
    (filter.start ?? 0) * MICROS,
    filter.end === undefined ? Number.MAX_SAFE_INTEGER : filter.end * MICROS + MICROS - 1,
  ]
  const peer = peerCondition(filter, params)
  const { rows } = await db.query<{ count: string }>(
    `archive_count ${params.length}`,
    `SELECT count(*) AS count FROM archive WHERE owner = $1 AND NOT transient AND id BETWEEN $2 AND $3${peer}`,
    params,
  )
  return Number(rows[0]?.count ?? 0)
}

/** The rest of a WHERE clause; its parameters are added to `params`. */
function peerCondition(filter: ArchiveFilter, params: unknown[]): string {
  if (filter.with === undefined) return ''
  const { peer, peerResource } = peerOf(filter.with)
  const place = `$${params.push(peer)}`
  // The index holds a hash of owner and peer, because addresses may be longer than its entries.
  const inIndex = `hashtextextended(peer, hashtextextended(owner, 0)) = hashtextextended(${place}, hashtextextended($1, 0))`
  const byPeer = ` AND ${inIndex} AND peer = ${place}`
  return isBare(filter.with) ? byPeer : `${byPeer} AND peer_resource = $${params.push(peerResource)}`
}

/** A page that starts after or before an id needs that id to be in the archive (XEP-0059 §2.2, XEP-0313 §4.3). */
export async function exists(db: Database, owner: BareJid, id: number): Promise<boolean> {
  const sql = 'SELECT 1 FROM archive WHERE owner = $1 AND id = $2 AND NOT transient'
  const { count } = await db.query('archive_exists', sql, [owner, id])
  return count > 0
}
