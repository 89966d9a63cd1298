import { setTimeout as sleep } from 'node:timers/promises'
import { Kind } from '@heliograph/bus'
import type { Ownership } from '@heliograph/ownership'
import {
  type CallInfo,
  instanceContract,
  RpcError,
  type TraceEvent,
  type TraceRequest,
  type WatchEvent,
} from '@heliograph/rpc'
import type { ServiceContext } from '@heliograph/runtime'
import { isNoUser, userAddress } from './manage-users.ts'

/** Who sees stanzas of users: edges and owners. */
const KINDS = [Kind.instance, Kind.user]
const LOOK_EVERY_MS = 1_000
/** Events that wait for the caller here; what comes besides waits where it was seen. */
const MOST_WAITING = 256
const MOST_TRACES = 8

type Host = Pick<ServiceContext, 'live' | 'rpc'> & {
  readonly telemetry: Pick<ServiceContext['telemetry'], 'log'>
  readonly hosts: Parameters<typeof userAddress>[0]['hosts']
  readonly ownership: Pick<Ownership, 'members'>
}

/** Answers `heliograph.v1.Admin.Trace`: what all instances see of a user, those too that join meanwhile. */
export function traceEverywhere(host: Host) {
  let underWay = 0
  return async function* (request: unknown, { peer, signal }: CallInfo): AsyncGenerator<TraceEvent, void> {
    const { jid, bodies } = request as TraceRequest
    const user = userAddress(host, jid)
    if (isNoUser(user)) throw new RpcError('INVALID_ARGUMENT', `${jid}: ${user}`)
    const { log } = host.telemetry
    if (bodies && !host.live.current.telemetry.traceBodies) {
      log.warn('trace_refused', { peer, jid: user, bodies })
      throw new RpcError('PERMISSION_DENIED', 'telemetry.traceBodies is off in the configuration')
    }
    if (underWay >= MOST_TRACES) throw new RpcError('RESOURCE_EXHAUSTED', `${MOST_TRACES} traces are under way here`)
    underWay++
    log.info('trace_begun', { peer, jid: user, bodies })
    using watchers = new Watchers(host, { jid: user, bodies }, signal)
    let told = 0
    try {
      for await (const event of watchers.events()) {
        told++
        yield event
      }
    } finally {
      underWay--
      log.info('trace_ended', { peer, jid: user, told })
    }
  }
}

/** The streams of all instances in one. */
class Watchers implements Disposable {
  readonly #host: Host
  readonly #request: TraceRequest
  readonly #done = new AbortController()
  readonly #signal: AbortSignal
  readonly #watched = new Set<string>()
  readonly #waiting: TraceEvent[] = []
  #wake = Promise.withResolvers<void>()
  #room = Promise.withResolvers<void>()

  constructor(host: Host, request: TraceRequest, signal: AbortSignal) {
    this.#host = host
    this.#request = request
    this.#signal = AbortSignal.any([signal, this.#done.signal])
    this.#signal.addEventListener('abort', () => this.#wakeAll(), { once: true })
    void this.#look()
  }

  async *events(): AsyncGenerator<TraceEvent, void> {
    while (!this.#signal.aborted) {
      const event = this.#waiting.shift()
      if (event !== undefined) {
        this.#room.resolve()
        yield event
        continue
      }
      this.#wake = Promise.withResolvers()
      await this.#wake.promise
    }
  }

  [Symbol.dispose](): void {
    this.#done.abort()
  }

  async #look(): Promise<void> {
    while (!this.#signal.aborted) {
      for (const kind of KINDS) {
        for (const { instance, rpc } of this.#host.ownership.members(kind)) {
          // In standalone mode they share a process.
          if (rpc !== '' && !this.#watched.has(rpc)) void this.#watch(instance, rpc)
        }
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal }).catch(() => undefined) // over: the loop ends
    }
  }

  /** Until the instance is gone, or all is over. One that can't be reached is tried again, as long as it is a member. */
  async #watch(instance: string, address: string): Promise<void> {
    this.#watched.add(address)
    const call = { method: 'Watch', request: this.#request, signal: this.#signal }
    let watching = false
    try {
      for await (const event of this.#host.rpc.stream<WatchEvent>(instanceContract, address, call)) {
        watching = true
        await this.#tell({ ...event, instance })
      }
    } catch (error) {
      this.#host.telemetry.log.debug('trace_unwatched', { instance, error })
    }
    if (watching && !this.#signal.aborted) {
      await this.#tell({ instance, place: 'lost', direction: '', jid: '', time: Date.now(), stanza: '', dropped: 0 })
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal }).catch(() => undefined)
    this.#watched.delete(address)
  }

  async #tell(event: TraceEvent): Promise<void> {
    while (this.#waiting.length >= MOST_WAITING && !this.#signal.aborted) {
      this.#room = Promise.withResolvers()
      await this.#room.promise
    }
    this.#waiting.push(event)
    this.#wake.resolve()
  }

  #wakeAll(): void {
    this.#wake.resolve()
    this.#room.resolve()
  }
}
