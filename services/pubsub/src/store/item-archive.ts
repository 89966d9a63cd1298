import type { ArchiveFilter, PageRequest } from '@heliograph/archive'
import type { Database } from '@heliograph/database'
import type { Item } from './stored.ts'

const MICROS = 1_000

/** Which items of a node: what is asked for, above the floor under which they have expired or are more than it keeps. */
export interface ItemsWanted {
  readonly filter: ArchiveFilter
  readonly page: PageRequest
  readonly floor: number
}

export interface ItemPage {
  /** Oldest first. */
  readonly items: readonly Item[]
  /** No further ones in the direction of paging. */
  readonly complete: boolean
}

/** A node's items as an archive (XEP-0442): their sequences are its ids. */
export class ItemArchive {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async page(id: string, { filter, page, floor }: ItemsWanted): Promise<ItemPage> {
    const isForward = page.from === 'start'
    const [first, last] = bounds(filter, floor)
    const low = isForward ? Math.max(first, (page.after ?? 0) + 1) : first
    const high = !isForward && page.before !== undefined ? Math.min(last, page.before - 1) : last
    const sql = `SELECT id, sequence::float8 AS sequence, publisher, payload FROM pubsub_items WHERE node_id = $1
      AND sequence BETWEEN $2 AND $3 AND ($5::bigint[] IS NULL OR sequence = ANY($5)) ORDER BY sequence ${isForward ? '' : 'DESC'} LIMIT $4`
    const params = [id, low, high, page.max + 1, filter.ids ?? null]
    const { rows } = await this.#db.query<Item>(`pubsub_archive_${page.from}`, sql, params)
    const items = rows.slice(0, page.max)
    return { items: isForward ? items : items.toReversed(), complete: rows.length <= page.max }
  }

  async count(id: string, { filter, floor }: Pick<ItemsWanted, 'filter' | 'floor'>): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM pubsub_items WHERE node_id = $1 AND sequence BETWEEN $2 AND $3
      AND ($4::bigint[] IS NULL OR sequence = ANY($4))`
    const params = [id, ...bounds(filter, floor), filter.ids ?? null]
    return (await this.#db.query<{ count: number }>('pubsub_archive_count', sql, params)).rows[0]?.count ?? 0
  }

  /** Whether all of some different sequences are there. */
  async haveAll(id: string, sequences: readonly number[], floor: number): Promise<boolean> {
    if (sequences.length === 0) return true
    const sql =
      'SELECT count(*)::int AS count FROM pubsub_items WHERE node_id = $1 AND sequence > $3 AND sequence = ANY($2::bigint[])'
    const { rows } = await this.#db.query<{ count: number }>('pubsub_archive_have', sql, [id, sequences, floor])
    return rows[0]?.count === sequences.length
  }
}

/** The first and the last sequence that may be wanted. */
function bounds({ start, end, afterId, beforeId }: ArchiveFilter, floor: number): [first: number, last: number] {
  const first = Math.max((start ?? 0) * MICROS, (afterId ?? -1) + 1, floor + 1)
  const last = end === undefined ? Number.MAX_SAFE_INTEGER : end * MICROS + MICROS - 1
  return [first, beforeId === undefined ? last : Math.min(last, beforeId - 1)]
}
