import { setTimeout as sleep } from 'node:timers/promises'
import { buildIndex, type Database, dropIndex } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import { CREATE_SEARCH_INDEX, SEARCH_INDEX } from './search-sql.ts'

const RETRY_MS = 60_000

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
      const outcome = wanted
        ? await buildIndex(db, { name: SEARCH_INDEX, sql: CREATE_SEARCH_INDEX, signal })
        : await dropIndex(db, { name: SEARCH_INDEX, signal })
      if (outcome === 'done') log.info(wanted ? 'search_index_built' : 'search_index_removed')
      if (outcome !== 'elsewhere') return
    } catch (error) {
      if (!signal.aborted) log.warn('search_index_failed', { error })
    }
    await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}
