import type { Database } from '@heliograph/database'
import { type OutgoingEvent, putEvents } from '@heliograph/events'
import type { BareJid } from '@heliograph/jid'
import type { RsmRequest } from '@heliograph/stanza'
import { note, noted } from './request-notes.ts'
import type { Done, Ingress, Item, NewItem, Publication } from './stored.ts'

const PUT = 'SELECT pubsub_put($1, $2, $3, $4, $5, $6, $7, $8) AS id'
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
   * All or none. A request that came before stores nothing: who published anew or retracted since has the last word. Undefined, having
   * stored nothing, when `onlyOwn` and one of them is somebody else's.
   */
  async put(
    id: string,
    items: readonly NewItem[],
    publication: Publication & { readonly onlyOwn: boolean; readonly events?: readonly OutgoingEvent[] },
  ): Promise<Done | undefined> {
    const { publisher, stream, count, onlyOwn, events = [] } = publication
    const params = [
      ...[id, items.map((item) => item.id), items.map(({ sequence }) => sequence), items.map(({ payload }) => payload)],
      ...[publisher, stream, count, onlyOwn],
    ]
    const sequence = items.at(-1)?.sequence ?? 0
    if (!onlyOwn && events.length === 0) {
      const stored = await this.#db.fencedQuery('pubsub_put', PUT, params)
      if (stored.count === items.length) return { isKnown: false, sequence }
      return { isKnown: true, sequence: (await noted(this.#db, id, publication)) ?? sequence }
    }
    try {
      return await this.#db.fencedWrite(async (tx) => {
        if ((await tx.query('pubsub_put_own', PUT, params)).count === items.length) {
          await putEvents(tx, events)
          return { isKnown: false, sequence }
        }
        const before = await noted(tx, id, publication)
        // The note that was made just now goes with the transaction.
        if (before === undefined || before === sequence) throw new Foreign()
        return { isKnown: true, sequence: before }
      })
    } catch (error) {
      if (error instanceof Foreign) return undefined
      throw error
    }
  }

  /** Items that aren't kept, but of which others are told; once, as of a note. */
  async pass(
    id: string,
    request: Ingress & { readonly sequence: number; readonly events: readonly OutgoingEvent[] },
  ): Promise<Done> {
    const { events, sequence } = request
    return this.#db.fencedWrite(async (tx) => {
      const before = await noted(tx, id, request)
      if (before !== undefined) return { isKnown: true, sequence: before }
      await note(tx, id, { ...request, removes: false })
      await putEvents(tx, events)
      return { isKnown: false, sequence }
    })
  }

  /** Of what a request published, the ids of those that nobody has published anew, retracted or purged since. */
  async stillPublished(
    id: string,
    items: readonly string[],
    { stream, count, sequence }: Ingress & { readonly sequence: number },
  ): Promise<ReadonlySet<string>> {
    // One that isn't there was in a retraction, or made room for others.
    const sql = `SELECT given.id FROM unnest($2::text[]) AS given (id)
      LEFT JOIN pubsub_items i ON i.node_id = $1 AND i.id = given.id
      WHERE (i.stream = $3 AND i.count = $4) OR (i.id IS NULL AND NOT EXISTS (
        SELECT 1 FROM pubsub_requests r WHERE r.node_id = $1 AND r.removes AND r.sequence > $5))`
    const params = [id, items, stream, count, sequence]
    const { rows } = await this.#db.query<{ id: string }>('pubsub_still_published', sql, params)
    return new Set(rows.map((row) => row.id))
  }

  /** Removes what is beyond the last `most`, a batch at a time. */
  async trim(id: string, most: number): Promise<void> {
    const sql = `DELETE FROM pubsub_items WHERE node_id = $1 AND id IN (
      SELECT id FROM pubsub_items WHERE node_id = $1 ORDER BY sequence DESC OFFSET $2 LIMIT ${BATCH}) RETURNING id`
    await this.#untilNone('pubsub_trim', sql, [id, most])
  }

  /** Removes all items up to a sequence, a batch at a time. */
  async purge(id: string, until: number): Promise<void> {
    const sql = `DELETE FROM pubsub_items WHERE node_id = $1 AND id IN (
      SELECT id FROM pubsub_items WHERE node_id = $1 AND sequence <= $2 ORDER BY sequence LIMIT ${BATCH}) RETURNING id`
    await this.#untilNone('pubsub_purge', sql, [id, until])
  }

  /** Removes all items by request. When that comes again what a dead owner left of them goes, too; what was published since stays. */
  async purgeBy(id: string, request: Ingress, sequence: number, events: readonly OutgoingEvent[] = []): Promise<Done> {
    const done = await this.#db.fencedWrite(async (tx) => {
      const before = await noted(tx, id, request)
      if (before !== undefined) return { isKnown: true, sequence: before }
      await note(tx, id, { ...request, sequence, removes: true })
      await putEvents(tx, events)
      return { isKnown: false, sequence }
    })
    await this.purge(id, done.sequence)
    return done
  }

  /** All or none; nothing when the request came before. `publisher`: only what that one published. */
  async retract(
    id: string,
    items: readonly string[],
    request: Ingress & {
      readonly publisher: BareJid | undefined
      readonly sequence: number
      readonly events?: readonly OutgoingEvent[]
    },
  ): Promise<Done | 'not-found' | 'foreign'> {
    const { stream, count, publisher, sequence, events = [] } = request
    return this.#db.fencedWrite(async (tx) => {
      const before = await noted(tx, id, request)
      if (before !== undefined) return { isKnown: true, sequence: before }
      const sql = 'SELECT publisher FROM pubsub_items WHERE node_id = $1 AND id = ANY($2) FOR UPDATE'
      const { rows } = await tx.query<{ publisher: string }>('pubsub_retract_look', sql, [id, items])
      if (rows.length < items.length) return 'not-found'
      if (publisher !== undefined && rows.some((row) => row.publisher !== publisher)) return 'foreign'
      await tx.query('pubsub_retract', 'DELETE FROM pubsub_items WHERE node_id = $1 AND id = ANY($2)', [id, items])
      await note(tx, id, { stream, count, sequence, removes: true })
      await putEvents(tx, events)
      return { isKnown: false, sequence }
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
    const floor = await this.floor(id, most, since)
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
  async floor(id: string, most: number, since: number): Promise<number> {
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
