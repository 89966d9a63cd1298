import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { RsmRequest } from '@heliograph/stanza'
import type { Item, NewItem, Publication } from './stored.ts'

/**
 * Published anew an item is the last (XEP-0060 §12.1), but by the same request, repeated, it keeps its place. `$8`: only where it was the same
 * publisher's.
 */
const PUT = `INSERT INTO pubsub_items (node_id, id, sequence, payload, publisher, stream, count)
  SELECT $1, id, sequence, payload, $5, $6, $7 FROM unnest($2::text[], $3::bigint[], $4::bytea[]) AS given (id, sequence, payload)
  ON CONFLICT (node_id, id) DO UPDATE SET payload = EXCLUDED.payload, publisher = EXCLUDED.publisher,
    stream = EXCLUDED.stream, count = EXCLUDED.count, sequence = CASE
      WHEN EXCLUDED.stream <> '' AND pubsub_items.stream = EXCLUDED.stream AND pubsub_items.count = EXCLUDED.count
      THEN pubsub_items.sequence ELSE EXCLUDED.sequence END
  WHERE NOT $8 OR pubsub_items.publisher = EXCLUDED.publisher RETURNING id, sequence::float8 AS sequence`

const ITEM = 'id, sequence::float8 AS sequence, publisher, payload'
/** Rows removed in one statement. */
const BATCH = 500
/** In one answer. */
const PAGE = 100

class Foreign extends Error {
  override readonly name = 'Foreign'
}

/** Items that are asked for. */
export interface ItemQuery {
  readonly page: RsmRequest
  /** Only those after this sequence; the others have expired. */
  readonly since: number
  /** As many of the last as the node keeps. */
  readonly most: number
}

/** Items of nodes, in Postgres. Writes are fenced. */
export class ItemStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * All or none: the sequences under which they are stored, by id. Undefined, having stored nothing, when `onlyOwn` and one of them is
   * somebody else's.
   */
  async put(
    id: string,
    items: readonly NewItem[],
    { publisher, stream, count, onlyOwn }: Publication & { readonly onlyOwn: boolean },
  ): Promise<ReadonlyMap<string, number> | undefined> {
    const params = [
      ...[id, items.map((item) => item.id), items.map(({ sequence }) => sequence), items.map(({ payload }) => payload)],
      ...[publisher, stream, count, onlyOwn],
    ]
    const stored = (rows: readonly { id: string; sequence: number }[]) =>
      new Map(rows.map((row) => [row.id, row.sequence] as const))
    if (!onlyOwn)
      return stored((await this.#db.fencedQuery<{ id: string; sequence: number }>('pubsub_put', PUT, params)).rows)
    try {
      return await this.#db.fencedWrite(async (tx) => {
        const { rows } = await tx.query<{ id: string; sequence: number }>('pubsub_put_own', PUT, params)
        if (rows.length < items.length) throw new Foreign()
        return stored(rows)
      })
    } catch (error) {
      if (error instanceof Foreign) return undefined
      throw error
    }
  }

  /** Removes what is beyond the last `most`, a batch at a time. */
  async trim(id: string, most: number): Promise<void> {
    const sql = `DELETE FROM pubsub_items WHERE node_id = $1 AND id IN (
      SELECT id FROM pubsub_items WHERE node_id = $1 ORDER BY sequence DESC OFFSET $2 LIMIT ${BATCH}) RETURNING id`
    await this.#untilNone('pubsub_trim', sql, [id, most])
  }

  /** Removes all items, a batch at a time. */
  async purge(id: string): Promise<void> {
    const sql = `DELETE FROM pubsub_items WHERE node_id = $1 AND id IN (
      SELECT id FROM pubsub_items WHERE node_id = $1 ORDER BY sequence LIMIT ${BATCH}) RETURNING id`
    await this.#untilNone('pubsub_purge', sql, [id])
  }

  /** All or none. `publisher`: only what that one published. */
  async retract(
    id: string,
    items: readonly string[],
    publisher: BareJid | undefined,
  ): Promise<'retracted' | 'not-found' | 'foreign'> {
    return this.#db.fencedWrite(async (tx) => {
      const sql = 'SELECT publisher FROM pubsub_items WHERE node_id = $1 AND id = ANY($2) FOR UPDATE'
      const { rows } = await tx.query<{ publisher: string }>('pubsub_retract_look', sql, [id, items])
      if (rows.length < items.length) return 'not-found'
      if (publisher !== undefined && rows.some((row) => row.publisher !== publisher)) return 'foreign'
      await tx.query('pubsub_retract', 'DELETE FROM pubsub_items WHERE node_id = $1 AND id = ANY($2)', [id, items])
      return 'retracted'
    })
  }

  async byIds(id: string, items: readonly string[], since: number): Promise<Item[]> {
    const sql = `SELECT ${ITEM} FROM pubsub_items WHERE node_id = $1 AND id = ANY($2) AND sequence > $3 ORDER BY sequence`
    return (await this.#db.query<Item>('pubsub_items_by_id', sql, [id, items, since])).rows
  }

  /** The last item, if there is any. */
  async last(id: string, since: number): Promise<Item | undefined> {
    const sql = `SELECT ${ITEM} FROM pubsub_items WHERE node_id = $1 AND sequence > $2 ORDER BY sequence DESC LIMIT 1`
    return (await this.#db.query<Item>('pubsub_item_last', sql, [id, since])).rows[0]
  }

  /**
   * A page in the order of publication, where nothing is asked the last one. Undefined when the item before or after which it was to begin
   * isn't there (XEP-0059 §2.2).
   */
  async page(
    id: string,
    { page, since, most }: ItemQuery,
  ): Promise<{ items: Item[]; count: number; index: number } | undefined> {
    const { max = PAGE, after, before, index } = page
    const limit = Math.min(max, PAGE)
    const floor = await this.#floor(id, most, since)
    const from = await this.#sequenceOf(id, after)
    const until = before === '' ? undefined : await this.#sequenceOf(id, before)
    if (from === 'missing' || until === 'missing') return undefined
    const isForward = after !== undefined || index !== undefined
    const sql = `SELECT ${ITEM} FROM pubsub_items WHERE node_id = $1 AND sequence > $2 AND sequence < $3
      ORDER BY sequence ${isForward ? '' : 'DESC'} OFFSET $4 LIMIT $5`
    const params = [id, Math.max(floor, from ?? 0), until ?? Number.MAX_SAFE_INTEGER, index ?? 0, limit]
    const name = isForward ? 'pubsub_items_after' : 'pubsub_items_before'
    const items = limit === 0 ? [] : (await this.#db.query<Item>(name, sql, params)).rows
    if (!isForward) items.reverse()
    const counts = `SELECT count(*)::int AS count, (count(*) FILTER (WHERE sequence < $3))::int AS index
      FROM pubsub_items WHERE node_id = $1 AND sequence > $2`
    const found = await this.#db.query<{ count: number; index: number }>('pubsub_items_count', counts, [
      ...[id, floor, items[0]?.sequence ?? 0],
    ])
    return { items, count: found.rows[0]?.count ?? 0, index: found.rows[0]?.index ?? 0 }
  }

  /** Ids of the last items, without what is in them. */
  async ids(id: string, query: { readonly since: number; readonly max: number }): Promise<string[]> {
    const sql = `SELECT id FROM pubsub_items WHERE node_id = $1 AND sequence > $2 ORDER BY sequence DESC LIMIT $3`
    const { rows } = await this.#db.query<{ id: string }>('pubsub_item_ids', sql, [id, query.since, query.max])
    return rows.map((row) => row.id).reverse()
  }

  /** What is above it is among the last `most`, and hasn't expired. */
  async #floor(id: string, most: number, since: number): Promise<number> {
    const sql =
      'SELECT sequence::float8 AS sequence FROM pubsub_items WHERE node_id = $1 ORDER BY sequence DESC OFFSET $2 LIMIT 1'
    const { rows } = await this.#db.query<{ sequence: number }>('pubsub_items_floor', sql, [id, most])
    return Math.max(rows[0]?.sequence ?? 0, since)
  }

  async #sequenceOf(id: string, item: string | undefined): Promise<number | 'missing' | undefined> {
    if (item === undefined) return undefined
    const sql = 'SELECT sequence::float8 AS sequence FROM pubsub_items WHERE node_id = $1 AND id = $2'
    const { rows } = await this.#db.query<{ sequence: number }>('pubsub_item_sequence', sql, [id, item])
    return rows[0]?.sequence ?? 'missing'
  }

  async #untilNone(name: string, sql: string, params: readonly unknown[]): Promise<void> {
    while ((await this.#db.fencedQuery(name, sql, params)).count === BATCH);
  }
}
