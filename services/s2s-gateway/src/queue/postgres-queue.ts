import { type BatchResult, BatchWriter, type Database, isUnavailable } from '@heliograph/database'
import { readStanza } from '@heliograph/stanza'
import type { Logger } from '@heliograph/telemetry'
import type { Backlog, Fate, Kept, Place, QueueStore, Trail } from './queue-store.ts'
import { Removals } from './removals.ts'
import { Trails } from './trails.ts'

/** Read at a time. */
const PAGE = 64
const OVERHEAD = 300

interface Row extends Place, Kept {}

const BACKLOGS = `SELECT pair, count(*)::float8 AS stanzas, sum(octet_length(stanza))::float8 AS bytes, min(seq)::float8 AS first, max(seq)::float8 AS last
  FROM s2s_queue WHERE partition = $1 GROUP BY pair`
const PAGES = `SELECT seq::float8 AS seq, ingress, stanza FROM s2s_queue
  WHERE partition = $1 AND pair = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT ${PAGE}`

/** The queue in Postgres: rows of all pairs are committed together. */
export class PostgresQueue implements QueueStore, AsyncDisposable {
  readonly #db: Database
  readonly #writer: BatchWriter<Row>
  readonly #removals: Removals
  readonly #trails: Trails

  constructor({ db, log, onFenced }: { db: Database; log: Logger; onFenced: () => void }) {
    this.#db = db
    this.#removals = new Removals(db, log)
    this.#trails = new Trails(db, log)
    this.#writer = new BatchWriter<Row>({
      ...{ db, log, onFenced },
      table: 's2s_queue',
      key: ['partition', 'pair', 'seq'],
      columns: [
        { name: 'partition', type: 'bigint', value: ({ partition }) => partition },
        { name: 'pair', type: 'text', value: ({ pair }) => pair },
        { name: 'seq', type: 'bigint', value: ({ seq }) => seq },
        { name: 'ingress', type: 'text', value: ({ key }) => key },
        { name: 'stanza', type: 'text', value: ({ stanza }) => stanza.toBytes() },
      ],
      size: ({ stanza }) => stanza.payload.length + OVERHEAD,
    })
  }

  add(place: Place, kept: Kept, told: (fate: Fate) => void): boolean {
    return this.#writer.add({ ...place, ...kept }, (result) => told(fateOf(result)))
  }

  remove(place: Place, seq: number): void {
    this.#removals.add(place, seq)
  }

  async backlogs(partition: number): Promise<readonly Backlog[]> {
    return (await this.#db.query<Backlog>('s2s_backlogs', BACKLOGS, [partition])).rows
  }

  async page(
    { partition, pair }: Place,
    { after, upTo }: { readonly after: number; readonly upTo: number },
  ): Promise<readonly Kept[]> {
    const { rows } = await this.#db.query<{ seq: number; ingress: string; stanza: string }>('s2s_page', PAGES, [
      partition,
      pair,
      after,
      upTo,
    ])
    return rows.map(({ seq, ingress, stanza }) => ({ seq, key: ingress, stanza: readStanza(Buffer.from(stanza)) }))
  }

  note(place: Place, trail: Trail | undefined, noted?: () => void): void {
    this.#trails.note(place, trail, noted)
  }

  trails(partition: number): Promise<ReadonlyMap<string, Trail>> {
    return this.#trails.of(partition)
  }

  async flushed(): Promise<void> {
    await this.#writer.flush()
    await Promise.all([this.#removals.flushed(), this.#trails.flushed()])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]()
    await this.#removals[Symbol.asyncDispose]()
    await this.#trails[Symbol.asyncDispose]()
  }
}

function fateOf(result: BatchResult): Fate {
  if (result.kind === 'fenced') return 'lost'
  if (result.kind !== 'failed') return 'stored'
  // Closed before it was written: whoever owns the pair next is sent it again.
  return isUnavailable(result.error) ? 'lost' : 'refused'
}
