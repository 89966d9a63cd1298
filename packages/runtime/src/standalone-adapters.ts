import { createSwitchboard } from '@heliograph/bus'
import { becomeSoleUser, connectDatabase, type Database } from '@heliograph/database'
import { MemoryLiveState } from '@heliograph/live-state'
import type { Adapters } from './adapters.ts'
import type { ConnectOptions } from './connect-adapters.ts'
import { startPrivatePostgres } from './private-postgres.ts'

/** The bus and live state of this process; Postgres as configured, which is this process's alone, or a private one under `dataDir`. */
export async function standaloneAdapters(options: ConnectOptions): Promise<Adapters> {
  const { config, telemetry, needs, signal } = options
  const { log, metrics } = telemetry
  const { postgres } = config
  const switchboard = createSwitchboard({ log, metrics })
  const liveState = new MemoryLiveState()
  const own =
    needs.has('database') && postgres.url === undefined ? await startPrivatePostgres(config.dataDir, log) : undefined
  const url = postgres.url ?? own?.url ?? ''
  const at = { url, password: postgres.password, signal, log }
  // Nothing else would keep two servers that know nothing of each other from owning the same users.
  let alone: Promise<AsyncDisposable> | undefined
  const connect = async (instance: string): Promise<Database> => {
    const db = await connectDatabase({ ...at, poolSize: postgres.poolSize, instance })
    try {
      alone ??= becomeSoleUser({ ...at, instance: options.instance, onTaken: options.abandon })
      await alone
      return db
    } catch (error) {
      await db[Symbol.asyncDispose]()
      throw error
    }
  }
  return {
    links: async (instance) => switchboard.links(instance),
    liveState: () => liveState,
    database: connect,
    async [Symbol.asyncDispose]() {
      await liveState[Symbol.asyncDispose]()
      await alone?.then(
        (claim) => claim[Symbol.asyncDispose](),
        () => {},
      )
      await own?.[Symbol.asyncDispose]()
    },
  }
}
