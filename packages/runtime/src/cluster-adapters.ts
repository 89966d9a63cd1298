import { connectLinks } from '@heliograph/bus'
import { ConfigError } from '@heliograph/config'
import { connectDatabase } from '@heliograph/database'
import { type LiveState, RedisLiveState } from '@heliograph/live-state'
import type { Adapters } from './adapters.ts'
import type { ConnectOptions } from './connect-adapters.ts'
import { withPassword } from './with-password.ts'

/** NATS, Redis, Postgres. Each waits for its server when it is not there yet. */
export async function clusterAdapters({ config, telemetry, needs, signal }: ConnectOptions): Promise<Adapters> {
  const { nats, postgres, redis } = config
  const { log, metrics } = telemetry
  if (needs.has('database') && postgres.url === undefined) throw missing('postgres.url', 'HELIOGRAPH_POSTGRES_URL')
  const liveState = needs.has('liveState') ? openLiveState() : undefined

  function openLiveState(): LiveState {
    const { url, others, topology, master, password, prefix } = redis
    if (url === undefined) throw missing('redis.url', 'HELIOGRAPH_REDIS_URL')
    return new RedisLiveState({
      addresses: [topology === 'sentinel' ? url : withPassword(url, password), ...others],
      topology,
      master,
      password,
      prefix,
      log,
      metrics,
    })
  }

  return {
    links: (instance) =>
      connectLinks({
        servers: nats.servers,
        prefix: nats.prefix,
        auth: nats.user === undefined ? undefined : { user: nats.user, password: nats.password ?? '' },
        tls: nats.tls,
        instance,
        signal,
        log,
        metrics,
      }),
    liveState() {
      if (liveState === undefined) throw new Error('no service of this process declares that it needs live state')
      return liveState
    },
    database: (instance) =>
      connectDatabase({
        url: postgres.url as string,
        password: postgres.password,
        poolSize: postgres.poolSize,
        instance,
        signal,
        log,
      }),
    async [Symbol.asyncDispose]() {
      await liveState?.[Symbol.asyncDispose]()
    },
  }
}

function missing(option: string, variable: string): ConfigError {
  return new ConfigError([{ option, message: `is required in cluster mode (or set ${variable})` }])
}
