import { setTimeout as sleep } from 'node:timers/promises'
import { buildIndex, type Database, dropIndex, type IndexOutcome } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import { searchIndexOn } from './search-sql.ts'

const RETRY_MS = 60_000

/** The partitions, or the table itself where it is older than they are: an index that is built beside writers is built on one table. */
const TABLES = `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'archive'::regclass
  UNION ALL SELECT 'archive' WHERE NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'archive'::regclass)`

/**
 * Sees to it that the index for searches (XEP-0431) is there, or isn't where nobody may search: it would cost every message. It is built
 * beside the writers, by one instance; searches work without it, too, if slower.
 */
export async function keepSearchIndex(
  db: Database,
  { wanted, log, signal }: { readonly wanted: boolean; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const outcome = await settle(db, wanted, signal)
      if (outcome === 'done') log.info(wanted ? 'search_index_built' : 'search_index_removed')
      if (outcome !== 'elsewhere') return
    } catch (error) {
      if (!signal.aborted) log.warn('search_index_failed', { error })
    }
    await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

async function settle(db: Database, wanted: boolean, signal: AbortSignal): Promise<IndexOutcome> {
  const { rows } = await db.query<{ name: string }>('archive_tables', TABLES)
  let all: IndexOutcome = 'there'
  for (const { name } of rows) {
    const index = { ...searchIndexOn(name), signal }
    const outcome = wanted ? await buildIndex(db, index) : await dropIndex(db, index)
    if (outcome === 'elsewhere') return outcome
    if (outcome === 'done') all = outcome
  }
  return all
}
