import { createSwitchboard } from '@heliograph/bus'
import { connectDatabase } from '@heliograph/database'
import { MemoryLiveState } from '@heliograph/live-state'
import type { Adapters } from './adapters.ts'
import type { ConnectOptions } from './connect-adapters.ts'
import { startPrivatePostgres } from './private-postgres.ts'

/** The bus and live state of this process; Postgres as configured, or a private one under `dataDir`. */
export async function standaloneAdapters({ config, telemetry, needs, signal }: ConnectOptions): Promise<Adapters> {
  const { log, metrics } = telemetry
  const { postgres } = config
  const switchboard = createSwitchboard({ log, metrics })
  const liveState = new MemoryLiveState()
  const own =
    needs.has('database') && postgres.url === undefined ? await startPrivatePostgres(config.dataDir, log) : undefined
  const url = postgres.url ?? own?.url ?? ''
  return {
    links: async (instance) => switchboard.links(instance),
    liveState: () => liveState,
    database: (instance) =>
      connectDatabase({ url, password: postgres.password, poolSize: postgres.poolSize, instance, signal, log }),
    async [Symbol.asyncDispose]() {
      await liveState[Symbol.asyncDispose]()
      await own?.[Symbol.asyncDispose]()
    },
  }
}
