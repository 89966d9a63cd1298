import { randomUUID } from 'node:crypto'
import { type Metrics, silentTelemetry } from '@heliograph/telemetry'
import { Allowance } from './allowance.ts'
import type { Change, Heartbeat, Lease, LiveState, Place, Renewal, Standing } from './live-state.ts'
import { connectRedis, type RedisClient, type RedisConnectionOptions } from './redis-connection.ts'
import { parseStanding, type StampedStanding, TELL_ALL } from './redis-standing.ts'
import { within } from './within.ts'

export interface RedisLiveStateOptions extends Omit<RedisConnectionOptions, 'commandTimeoutMs'> {
  /** Begins every key, so that clusters can share a Redis. Without braces. Default `heliograph:`. */
  readonly prefix?: string
  /** Default 1000. */
  readonly commandTimeoutMs?: number
  readonly metrics?: Metrics
}

/** Counts are asked for as often as strangers log in; the rest by as many as there are partitions. */
const MOST_COUNTING = 2_000

/** A heartbeat that may leave out what the store has been told. */
type Brief = Omit<Heartbeat, 'held'> & { readonly held: readonly Lease[] | undefined }

/**
 * Live state in Redis 6.2 or newer, one server (found by Sentinels, if there are any) or a Redis Cluster: the leases of a service share a hash tag, and so do the records of a
 * partition. The server must not evict (`maxmemory-policy noeviction`).
 *
 * Connects in the background; until then, and whenever the connection is lost, operations reject at once.
 */
export class RedisLiveState implements LiveState {
  readonly #redis: RedisClient
  readonly #prefix: string
  readonly #timeoutMs: number
  /** The last standing of each service, so that heartbeats needn't carry what hasn't changed. */
  readonly #standings = new Map<string, StampedStanding>()
  /** By instance what it last said that it holds, and the stamp of the standing that has taken that in. */
  readonly #told = new Map<string, { readonly stamp: string; readonly held: readonly Lease[] }>()
  readonly #counting = new Allowance(MOST_COUNTING, 'counts')
  #underWay = 0

  /** @throws TypeError when an address or the prefix can't be used. */
  constructor(options: RedisLiveStateOptions) {
    this.#prefix = options.prefix ?? 'heliograph:'
    if (/[{}]/.test(this.#prefix)) throw new TypeError('the Redis key prefix must not contain braces')
    this.#timeoutMs = options.commandTimeoutMs ?? 1000
    this.#redis = connectRedis({ ...options, commandTimeoutMs: this.#timeoutMs })
    const { metrics = silentTelemetry().metrics } = options
    metrics.gauge('heliograph_live_state_commands', 'Commands to Redis that wait for their reply', () => this.#underWay)
  }

  async heartbeat(beat: Heartbeat): Promise<Renewal> {
    const known = this.#standings.get(beat.service)
    let reply = await this.#beat(this.#isTold(beat, known) ? { ...beat, held: undefined } : beat, known)
    if (reply[0] === TELL_ALL) reply = await this.#beat(beat, known)
    const standing = this.#remember(beat.service, reply, known)
    this.#told.set(beat.member.instance, { stamp: standing.stamp, held: beat.held })
    return { ...standing, alive: reply[0] === 1 }
  }

  async standing(service: string): Promise<Standing> {
    const known = this.#standings.get(service)
    const reply = await this.#within(this.#redis.hgStanding(...this.#leaseKeys(service), known?.stamp ?? ''))
    return this.#remember(service, reply, known)
  }

  async leave(service: string, instance: string): Promise<void> {
    await this.#within(this.#redis.hgLeave(...this.#leaseKeys(service), instance))
  }

  async expel(service: string, instances: readonly string[]): Promise<void> {
    await this.#within(this.#redis.hgExpel(...this.#leaseKeys(service), ...instances))
  }

  async write(place: Place, changes: readonly Change[]): Promise<boolean> {
    const args: (string | Uint8Array)[] = []
    const gone: string[] = []
    for (const { field, value } of changes) {
      if (value) args.push(field, asBuffer(value))
      else gone.push(field)
    }
    const call = this.#redis.hgWrite(...this.#keys(place, 'records'), place.epoch, args.length / 2, ...args, ...gone)
    return (await this.#within(call)) === 1
  }

  async read(place: Omit<Place, 'epoch'>): Promise<Map<string, Buffer>> {
    const flat = await this.#within(this.#redis.hgReadBuffer(this.#key(place, 'records')))
    const records = new Map<string, Buffer>()
    for (let i = 0; i + 1 < flat.length; i += 2) records.set(flat[i]!.toString(), flat[i + 1]!)
    return records
  }

  async append(place: Place, field: string, items: readonly Uint8Array[]): Promise<boolean> {
    const call = this.#redis.hgAppend(...this.#keys(place, `list:${field}`), place.epoch, ...items.map(asBuffer))
    return (await this.#within(call)) === 1
  }

  readList(place: Omit<Place, 'epoch'>, field: string): Promise<Buffer[]> {
    return this.#within(this.#redis.lrangeBuffer(this.#key(place, `list:${field}`), 0, -1))
  }

  async dropList(place: Place, field: string): Promise<boolean> {
    return (await this.#within(this.#redis.hgDrop(...this.#keys(place, `list:${field}`), place.epoch))) === 1
  }

  increment(key: string, windowSeconds: number): Promise<number> {
    const seconds = Math.max(1, Math.ceil(windowSeconds))
    return this.#counting.run(() => this.#within(this.#redis.hgIncrement(this.#counter(key), seconds)))
  }

  async peek(key: string): Promise<number> {
    return Number((await this.#counting.run(() => this.#within(this.#redis.get(this.#counter(key))))) ?? 0)
  }

  async reset(key: string): Promise<void> {
    await this.#counting.run(() => this.#within(this.#redis.del(this.#counter(key))))
  }

  async ping(timeoutMs: number): Promise<void> {
    await within(timeoutMs, this.#redis.ping(), 'redis ping')
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect()
    return Promise.resolve()
  }

  #beat(beat: Brief, known: StampedStanding | undefined): Promise<unknown[]> {
    const call = this.#redis.hgHeartbeat(
      ...this.#leaseKeys(beat.service),
      JSON.stringify(beat),
      randomUUID(),
      known?.stamp ?? '',
    )
    return this.#within(call)
  }

  /** The store has had this list, and nothing had changed since when it was last read: usually, and then it needn't be sent. */
  #isTold({ member, held }: Heartbeat, known: StampedStanding | undefined): boolean {
    const told = this.#told.get(member.instance)
    if (told === undefined || told.stamp !== known?.stamp || told.held.length !== held.length) return false
    return told.held.every(({ partition, epoch }, i) => partition === held[i]!.partition && epoch === held[i]!.epoch)
  }

  async #within<T>(reply: Promise<T>): Promise<T> {
    this.#underWay++
    try {
      return await within(this.#timeoutMs, reply, 'redis')
    } finally {
      this.#underWay--
    }
  }

  #remember(service: string, reply: unknown[], known: StampedStanding | undefined): StampedStanding {
    const standing = parseStanding(reply, known)
    this.#standings.set(service, standing)
    return standing
  }

  #leaseKeys(service: string): [string, string, string] {
    const tag = `${this.#prefix}{${service}}`
    return [`${tag}:leases`, `${tag}:members`, `${tag}:gone`]
  }

  #key(place: Omit<Place, 'epoch'>, what: string): string {
    return `${this.#prefix}{${place.service}.${place.partition}}:${what}`
  }

  #keys(place: Place, what: string): [string, string] {
    return [this.#key(place, 'fence'), this.#key(place, what)]
  }

  #counter(key: string): string {
    return `${this.#prefix}count:${key}`
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
