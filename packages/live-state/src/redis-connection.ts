import type { Logger } from '@heliograph/telemetry'
import { Cluster, Redis } from 'ioredis'
import { expelScript, heartbeatScript, leaveScript, standingScript } from './lease-scripts.ts'
import { appendScript, dropScript, incrementScript, readScript, writeScript } from './record-scripts.ts'

type Script<Reply> = (...args: (string | number | Uint8Array)[]) => Promise<Reply>

/** The scripts as commands of the client. */
export interface Scripts {
  hgHeartbeat: Script<unknown[]>
  hgStanding: Script<unknown[]>
  hgLeave: Script<number>
  hgExpel: Script<number>
  hgWrite: Script<number>
  hgAppend: Script<number>
  hgReadBuffer: Script<Buffer[]>
  hgDrop: Script<number>
  hgIncrement: Script<number>
}

export type RedisClient = (Redis | Cluster) & Scripts

export type RedisTopology = 'server' | 'cluster' | 'sentinel'

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://` addresses of what `topology` says. */
  readonly addresses: readonly string[]
  /** One server (the default), nodes of a Redis Cluster, or Sentinels that know where the server is. */
  readonly topology?: RedisTopology
  /** Name by which Sentinels know it. */
  readonly master?: string
  /** Password of the server that Sentinels tell of; what their own addresses hold is theirs. */
  readonly password?: string | undefined
  readonly commandTimeoutMs: number
  readonly log: Logger
}

const scripts = {
  hgHeartbeat: { numberOfKeys: 3, lua: heartbeatScript },
  hgStanding: { numberOfKeys: 3, lua: standingScript },
  hgLeave: { numberOfKeys: 3, lua: leaveScript },
  hgExpel: { numberOfKeys: 3, lua: expelScript },
  hgWrite: { numberOfKeys: 2, lua: writeScript },
  hgAppend: { numberOfKeys: 2, lua: appendScript },
  hgRead: { numberOfKeys: 1, lua: readScript },
  hgDrop: { numberOfKeys: 2, lua: dropScript },
  hgIncrement: { numberOfKeys: 1, lua: incrementScript },
}

/**
 * Begins to connect and reconnects for ever, quickly. Nothing waits for a connection: without one, commands reject at once, and those in
 * flight reject when it breaks rather than being repeated (the script may have run).
 *
 * @throws TypeError when an address isn't a redis URL.
 */
export function connectRedis(options: RedisConnectionOptions): RedisClient {
  const seeds = options.addresses.map(parseAddress)
  if (seeds.length === 0) throw new TypeError('no Redis address')
  const client = connect[options.topology ?? 'server'](seeds, options)
  logTransitions(client, options.log)
  return client as RedisClient
}

function behaviour({ commandTimeoutMs }: RedisConnectionOptions) {
  return {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: Math.max(1000, commandTimeoutMs),
    // A peer that vanished without closing looks like one that is slow: without this its commands would pile up.
    socketTimeout: 2 * commandTimeoutMs,
    // A replica that was a master until the failover.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

const pipelining = { enableAutoPipelining: true, enableOfflineQueue: false, scripts }

const connect: Record<RedisTopology, (seeds: readonly Seed[], options: RedisConnectionOptions) => Redis | Cluster> = {
  server: ([seed], options) => new Redis({ ...seed, ...pipelining, ...behaviour(options), retryStrategy: retryDelay }),
  cluster: connectCluster,
  sentinel: connectBySentinels,
}

function connectBySentinels(seeds: readonly Seed[], options: RedisConnectionOptions): Redis {
  const { username, password, tls } = seeds[0]!
  return new Redis({
    sentinels: seeds.map(({ host, port }) => ({ host, port })),
    name: options.master ?? 'mymaster',
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(options.password !== undefined && { password: options.password }),
    ...(tls !== undefined && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    // They tell of a fail-over; without that it is seen when the old connection breaks.
    failoverDetector: true,
    sentinelRetryStrategy: retryDelay,
    retryStrategy: retryDelay,
    ...pipelining,
    ...behaviour(options),
  })
}

function connectCluster(seeds: readonly Seed[], options: RedisConnectionOptions): Cluster {
  const { host: _, port: __, ...credentials } = seeds[0]!
  return new Cluster(
    seeds.map(({ host, port }) => ({ host, port })),
    {
      ...pipelining,
      clusterRetryStrategy: retryDelay,
      slotsRefreshTimeout: options.commandTimeoutMs,
      redisOptions: { ...behaviour(options), ...credentials },
    },
  )
}

function retryDelay(attempt: number): number {
  return Math.min(25 * attempt, 250)
}

interface Seed {
  host: string
  port: number
  username?: string
  password?: string
  db?: number
  tls?: Record<string, never>
}

function parseAddress(address: string): Seed {
  if (!URL.canParse(address)) throw new TypeError(`${address} isn't a redis:// address`)
  const url = new URL(address)
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw new TypeError('a Redis address begins with redis:// or rediss://')
  const db = Number(url.pathname.slice(1))
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(url.port || 6379),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(db > 0 && { db }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  }
}

/** One line when the connection is lost and one when it is back, not one a retry. */
function logTransitions(client: Redis | Cluster, log: Logger): void {
  let up = true
  client.on('error', (error: unknown) => {
    if (up) log.warn('redis_unreachable', { error })
    up = false
  })
  client.on('close', () => {
    if (client.status === 'end') return // closed by us
    if (up) log.warn('redis_connection_closed')
    up = false
  })
  client.on('ready', () => {
    if (!up) log.info('redis_reachable')
    up = true
  })
}
