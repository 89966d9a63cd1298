import type { Database, Querier } from '@heliograph/database'

/** Something that happened, for one delivery. */
export interface OutgoingEvent {
  readonly delivery: string
  /** Of the key to which it happened: its owner carries it. */
  readonly partition: number
  /** JSON. */
  readonly body: string
}

/** One that waits. */
export interface WaitingEvent {
  readonly id: string
  readonly body: string
}

const PUT = `INSERT INTO event_outbox (delivery, partition, body)
  SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[])`
/** By the number, not by the text that it is made into. */
const TAKE = `SELECT o.id::text, body FROM event_outbox o
  WHERE delivery = $1 AND partition = ANY($2::smallint[]) AND dead_at IS NULL ORDER BY o.id LIMIT $3`
const REMOVE = 'DELETE FROM event_outbox WHERE id = ANY($1::bigint[]) RETURNING id'
const BURY = 'UPDATE event_outbox SET dead_at = now() WHERE id = ANY($1::bigint[]) AND dead_at IS NULL RETURNING id'
const BURY_OLD = `UPDATE event_outbox SET dead_at = now() WHERE id IN (
  SELECT id FROM event_outbox WHERE delivery = $1 AND partition = ANY($2::smallint[]) AND dead_at IS NULL
    AND created_at < now() - make_interval(secs => $3) ORDER BY id LIMIT 1000) RETURNING id`
const COUNT = `SELECT count(*)::int AS count FROM (
  SELECT 1 FROM event_outbox WHERE delivery = $1 AND dead_at IS NULL LIMIT $2) AS waiting`
/** Rows of dead events are kept that long, for who wants to look or to send them again. */
const DEAD = '7 days'
const FORGET = `DELETE FROM event_outbox WHERE id IN (
  SELECT id FROM event_outbox WHERE dead_at < now() - interval '${DEAD}' ORDER BY dead_at LIMIT 500) RETURNING id`

/** Writes events in the transaction in which they happen: they are to be delivered if, and only if, that commits. */
export async function putEvents(tx: Querier, events: readonly OutgoingEvent[]): Promise<void> {
  if (events.length === 0) return
  const of = <T>(pick: (event: OutgoingEvent) => T) => events.map(pick)
  await tx.query('events_put', PUT, [
    of(({ delivery }) => delivery),
    of(({ partition }) => partition),
    of(({ body }) => body),
  ])
}

/** Events that wait to be delivered, in Postgres. What is removed is fenced. */
export class Outbox {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The oldest of some partitions; of one key in the order in which they happened. */
  async oldest(delivery: string, partitions: readonly number[], max: number): Promise<readonly WaitingEvent[]> {
    if (partitions.length === 0) return []
    return (await this.#db.query<WaitingEvent>('events_oldest', TAKE, [delivery, partitions, max])).rows
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#db.fencedQuery('events_remove', REMOVE, [ids])
  }

  /** Gives events up. How many. */
  async bury(ids: readonly string[]): Promise<number> {
    return (await this.#db.fencedQuery('events_bury', BURY, [ids])).count
  }

  /** Gives up those of some partitions that have waited longer, a thousand at a time. How many. */
  async buryOld(delivery: string, partitions: readonly number[], seconds: number): Promise<number> {
    return (await this.#db.fencedQuery('events_bury_old', BURY_OLD, [delivery, partitions, seconds])).count
  }

  /** How many wait, of all partitions; `most` where there are more. */
  async count(delivery: string, most: number): Promise<number> {
    return (await this.#db.query<{ count: number }>('events_count', COUNT, [delivery, most])).rows[0]?.count ?? 0
  }

  /** Removes some of what was given up a week ago. */
  async forgetDead(): Promise<void> {
    await this.#db.fencedQuery('events_forget', FORGET)
  }
}
