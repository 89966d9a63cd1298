import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'

/** The Postgres of a standalone process. */
export interface PrivatePostgres extends AsyncDisposable {
  readonly url: string
}

const firstWaitMs = 250
const longestWaitMs = 10_000

/**
 * Starts Postgres under `dataDir` and starts it again whenever it ends by itself, at the same address.
 *
 * @throws when it can't be started the first time.
 */
export async function startPrivatePostgres(dataDir: string, log: Logger): Promise<PrivatePostgres> {
  const options = { dataDir: join(dataDir, 'postgres'), log }
  const stopping = new AbortController()
  let server: EmbeddedPostgres = await startEmbeddedPostgres(options)
  const { url } = server

  async function keep(): Promise<void> {
    let waitMs = firstWaitMs
    while (!stopping.signal.aborted) {
      const code = await server.ended
      if (stopping.signal.aborted) return
      log.error('private_postgres_ended', { code, again_in_ms: waitMs })
      try {
        await delay(waitMs, undefined, { signal: stopping.signal })
        server = await startEmbeddedPostgres(options)
        waitMs = firstWaitMs
      } catch (error) {
        if (stopping.signal.aborted) return
        log.error('private_postgres_failed', { error })
        waitMs = Math.min(waitMs * 2, longestWaitMs)
      }
    }
  }

  const kept = keep()
  return {
    url,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await server.stop()
      await kept
    },
  }
}
