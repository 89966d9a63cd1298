import type { Database } from '@heliograph/database'
import { type BareJid, isBare } from '@heliograph/jid'
import type { ArchiveFilter } from './archive-filter.ts'
import { fitting } from './fitting.ts'
import { peerOf, type SaidMessage } from './row.ts'
import { foundBy } from './search-sql.ts'

/** Which page of what is wanted (XEP-0059). */
export type PageRequest =
  | { readonly from: 'start'; readonly max: number; readonly after: number | undefined }
  | { readonly from: 'end'; readonly max: number; readonly before: number | undefined }

/** With whether it still waits to be delivered (XEP-0160). */
export interface FoundMessage extends SaidMessage {
  readonly offline: boolean
}

export interface ArchivePage {
  /** Oldest first. */
  readonly messages: readonly FoundMessage[]
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
  const [first, last] = bounds(filter)
  const low = page.from === 'start' ? Math.max(first, (page.after ?? 0) + 1) : first
  const high = page.from === 'end' && page.before !== undefined ? Math.min(last, page.before - 1) : last
  const params: unknown[] = [owner, low, high, page.max + 1]
  const { sql, name } = condition(filter, params)
  const { rows } = await db.query<Omit<FoundMessage, 'id'> & { id: string }>(
    `archive_page ${page.from}${name}`,
    `SELECT id, stanza, offline, author FROM archive WHERE owner = $1 AND NOT transient AND id BETWEEN $2 AND $3${sql}
     ORDER BY id ${page.from === 'start' ? 'ASC' : 'DESC'} LIMIT $4`,
    params,
  )
  const taken = fitting(rows.slice(0, page.max), page.maxBytes)
  const messages = taken.map((row) => ({ ...row, id: Number(row.id) }))
  if (page.from === 'end') messages.reverse()
  return { messages, complete: rows.length <= messages.length }
}

export async function countMatching(db: Database, owner: BareJid, filter: ArchiveFilter): Promise<number> {
  const params: unknown[] = [owner, ...bounds(filter)]
  const { sql, name } = condition(filter, params)
  const { rows } = await db.query<{ count: string }>(
    `archive_count${name}`,
    `SELECT count(*) AS count FROM archive WHERE owner = $1 AND NOT transient AND id BETWEEN $2 AND $3${sql}`,
    params,
  )
  return Number(rows[0]?.count ?? 0)
}

/** The first and the last id that may be wanted. */
function bounds({ start, end, afterId, beforeId }: ArchiveFilter): [first: number, last: number] {
  const first = Math.max((start ?? 0) * MICROS, (afterId ?? -1) + 1)
  const last = end === undefined ? Number.MAX_SAFE_INTEGER : end * MICROS + MICROS - 1
  return [first, beforeId === undefined ? last : Math.min(last, beforeId - 1)]
}

/** The rest of a WHERE clause, and what tells its statements from others; its parameters are added to `params`. */
function condition(filter: ArchiveFilter, params: unknown[]): { readonly sql: string; readonly name: string } {
  const peer = peerCondition(filter, params)
  const ids = filter.ids === undefined ? '' : ` AND id = ANY($${params.push(filter.ids)}::bigint[])`
  const text = filter.text === undefined ? '' : foundBy(`$${params.push(filter.text)}`)
  const resource = filter.with === undefined || isBare(filter.with) ? '' : ' resource'
  return { sql: peer + ids + text, name: `${peer && ' peer'}${resource}${ids && ' ids'}${text && ' text'}` }
}

function peerCondition(filter: ArchiveFilter, params: unknown[]): string {
  if (filter.with === undefined) return ''
  const { peer, peerResource } = peerOf(filter.with)
  const place = `$${params.push(peer)}`
  // The index holds a hash of owner and peer, because addresses may be longer than its entries.
  const inIndex = `hashtextextended(peer, hashtextextended(owner, 0)) = hashtextextended(${place}, hashtextextended($1, 0))`
  const byPeer = ` AND ${inIndex} AND peer = ${place}`
  return isBare(filter.with) ? byPeer : `${byPeer} AND peer_resource = $${params.push(peerResource)}`
}

/** Whether all of some different ids are in the archive. */
export async function haveAll(db: Database, owner: BareJid, ids: readonly number[]): Promise<boolean> {
  if (ids.length === 0) return true
  const sql = 'SELECT count(*) AS count FROM archive WHERE owner = $1 AND id = ANY($2::bigint[]) AND NOT transient'
  const { rows } = await db.query<{ count: string }>('archive_have', sql, [owner, ids])
  return Number(rows[0]?.count) === ids.length
}

/** The ids of the oldest and the newest message. */
export interface Extent {
  readonly first: number
  readonly last: number
}

/** Undefined of an empty archive. */
export async function extent(db: Database, owner: BareJid): Promise<Extent | undefined> {
  const of = (order: 'ASC' | 'DESC') =>
    `(SELECT id FROM archive WHERE owner = $1 AND NOT transient ORDER BY id ${order} LIMIT 1)`
  const { rows } = await db.query<{ first: string | null; last: string | null }>(
    'archive_extent',
    `SELECT ${of('ASC')} AS first, ${of('DESC')} AS last`,
    [owner],
  )
  const { first, last } = rows[0] ?? { first: null, last: null }
  return first === null || last === null ? undefined : { first: Number(first), last: Number(last) }
}

/** Removes an archive; what was added to it before must be stored. */
export async function eraseArchive(db: Database, owner: BareJid): Promise<void> {
  await db.fencedQuery('archive_erase', 'DELETE FROM archive WHERE owner = $1 RETURNING id', [owner])
}
